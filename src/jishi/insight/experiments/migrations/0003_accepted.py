"""What a guardrail had seen when two people let an experiment go on."""

from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [("experiments", "0002_frozen")]

    operations = [
        migrations.AddField(
            model_name="experiment",
            name="accepted",
            field=models.JSONField(default=dict, db_default=Value({}, models.JSONField())),
        ),
    ]

"""Films in the library, beside the picture that stands before them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0005_fetching")]

    operations = [
        migrations.AddField(model_name="asset", name="film", field=models.JSONField(null=True)),
    ]

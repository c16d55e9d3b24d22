"""Comments under notes come in, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listening", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="item", name="listening_item_source"),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(source__in=["suggestion", "review", "survey", "chat", "comment"]),
                name="listening_item_source",
            ),
        ),
    ]

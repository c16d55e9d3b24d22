"""Figures of an account that are fetched by themselves: how often, when next, and what came of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0004_views")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="fetch_hours",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(model_name="channel", name="fetch_due_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="channel", name="fetched_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="channel",
            name="fetch_said",
            field=models.CharField(db_default="", default="", max_length=120),
        ),
    ]

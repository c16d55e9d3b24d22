"""A festival of the calendar brings people in, too."""

from django.db import migrations, models

TRIGGERS = [
    "segment", "entered", "left", "stage", "fact", "cart", "anniversary", "birthday", "stock", "festival", "hook",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_more_triggers")]

    operations = [
        migrations.RemoveConstraint(model_name="campaign", name="campaigns_campaign_trigger"),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(trigger__in=TRIGGERS), name="campaigns_campaign_trigger"
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """A delivery is claimed before it is sent, and may end in doubt."""

    dependencies = [("notifications", "0002_channels")]

    operations = [
        migrations.AddField(model_name="delivery", name="claimed_at", field=models.DateTimeField(null=True)),
        migrations.RemoveConstraint(model_name="delivery", name="notifications_delivery_known"),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ["mail", "push", "sms"]),
                    ("state__in", ["pending", "sending", "sent", "dropped", "dead", "unknown"]),
                ),
                name="notifications_delivery_known",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "sending")),
                fields=["claimed_at"],
                name="notifications_delivery_claim",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["dead", "unknown"])),
                fields=["-id"],
                name="notifications_delivery_trouble",
            ),
        ),
    ]

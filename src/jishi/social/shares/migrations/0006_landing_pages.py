"""Landing pages can be shared."""

from django.db import migrations, models

from jishi.social.shares.contracts import ShareKind

KINDS = [
    ShareKind.PRODUCT,
    ShareKind.TEAM,
    ShareKind.SHOP,
    ShareKind.NOTE,
    ShareKind.COMMUNITY,
    ShareKind.RALLY,
    ShareKind.LOTTERY,
    ShareKind.LANDING,
]


class Migration(migrations.Migration):
    dependencies = [("shares", "0005_rallies")]

    operations = [
        migrations.RemoveConstraint(model_name="sharelink", name="shares_link_kind"),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(name="shares_link_kind", condition=models.Q(kind__in=KINDS)),
        ),
    ]

"""A community can be shared; its kind has a longer name, and a longer text column needs no rewrite."""

from django.db import migrations, models

import jishi.social.shares.contracts


class Migration(migrations.Migration):
    dependencies = [("shares", "0003_notes")]

    operations = [
        migrations.AlterField(model_name="sharelink", name="kind", field=models.CharField(max_length=16)),
        migrations.RemoveConstraint(model_name="sharelink", name="shares_link_kind"),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            jishi.social.shares.contracts.ShareKind["PRODUCT"],
                            jishi.social.shares.contracts.ShareKind["TEAM"],
                            jishi.social.shares.contracts.ShareKind["SHOP"],
                            jishi.social.shares.contracts.ShareKind["NOTE"],
                            jishi.social.shares.contracts.ShareKind["COMMUNITY"],
                        ],
                    )
                ),
                name="shares_link_kind",
            ),
        ),
    ]

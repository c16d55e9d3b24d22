"""Bargains and collected likes, and lotteries, can be shared."""

from django.db import migrations, models

import jishi.social.shares.contracts


class Migration(migrations.Migration):
    dependencies = [("shares", "0004_communities")]

    operations = [
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
                            jishi.social.shares.contracts.ShareKind["RALLY"],
                            jishi.social.shares.contracts.ShareKind["LOTTERY"],
                        ],
                    )
                ),
                name="shares_link_kind",
            ),
        ),
    ]

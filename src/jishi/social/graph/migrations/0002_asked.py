"""Whom somebody asked to follow, found without reading whom they follow; built beside the traffic."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("graph", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="follow",
            index=models.Index(
                condition=models.Q(("state", "requested")),
                fields=["follower", "followee"],
                name="graph_follow_asked",
            ),
        ),
    ]

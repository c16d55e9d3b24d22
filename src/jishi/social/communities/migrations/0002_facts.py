"""Who came and went, what moderators did, rules and evaluations are written once."""

from django.db import migrations

from jishi.kernel.schema import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("communities", "0001_members"), ("kernel", "0001_initial")]

    operations = [
        AppendOnly("communities_passage"),
        AppendOnly("communities_logentry"),
        AppendOnly("communities_rulesversion"),
        AppendOnly("communities_strategy"),
    ]

"""The log of a case is written once."""

from django.db import migrations

from jishi.kernel.schema import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial"), ("kernel", "0001_initial")]

    operations = [AppendOnly("moderation_entry")]

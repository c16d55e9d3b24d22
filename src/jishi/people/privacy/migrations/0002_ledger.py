"""What people agreed to is written once."""

from django.db import migrations

from jishi.kernel.schema import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial"), ("kernel", "0001_initial")]

    operations = [AppendOnly("privacy_consent")]

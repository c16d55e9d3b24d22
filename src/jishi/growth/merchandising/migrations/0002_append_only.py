"""Published versions of landing pages stay as they were."""

from django.db import migrations

from jishi.kernel.schema import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("merchandising", "0001_initial")]

    operations = [AppendOnly("merchandising_landingversion")]

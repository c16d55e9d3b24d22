"""How listings are rated; the columns have a default in the database, so that running servers go on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="rating",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="listing",
            name="rating_count",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]

"""Lists of the best rated; built beside the traffic, as this is a large table."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalog", "0002_rating")]

    operations = [
        AddIndexConcurrently(
            model_name="listing",
            index=models.Index(
                models.F("rating"),
                models.F("product"),
                condition=models.Q(("is_visible", True), ("price_from_minor__isnull", False)),
                name="catalog_listing_rated",
            ),
        ),
    ]

"""Django's registration of this domain."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Names the domain `catalog` to Django."""

    name = "jishi.goods.catalog"
    label = "catalog"

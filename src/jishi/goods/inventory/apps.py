"""Django's registration of this domain."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Names the domain `inventory` to Django."""

    name = "jishi.goods.inventory"
    label = "inventory"

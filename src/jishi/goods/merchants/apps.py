"""Django's registration of this domain."""

from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    """Names the domain `merchants` to Django."""

    name = "jishi.goods.merchants"
    label = "merchants"

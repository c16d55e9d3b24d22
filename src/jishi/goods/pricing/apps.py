"""Django's registration of this domain."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """Names the domain `pricing` to Django."""

    name = "jishi.goods.pricing"
    label = "pricing"

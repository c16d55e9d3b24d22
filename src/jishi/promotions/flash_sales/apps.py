"""Django's registration of this domain."""

from django.apps import AppConfig


class FlashSalesConfig(AppConfig):
    """Names the domain `flash_sales` to Django."""

    name = "jishi.promotions.flash_sales"
    label = "flash_sales"

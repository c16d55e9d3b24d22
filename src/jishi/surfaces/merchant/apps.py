"""Django's registration of this surface: its templates, static files and translations."""

from django.apps import AppConfig


class MerchantConfig(AppConfig):
    """Names the surface `merchant` to Django."""

    name = "jishi.surfaces.merchant"
    label = "surface_merchant"

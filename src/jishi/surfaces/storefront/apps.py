"""Django's registration of this surface: its templates, static files and translations."""

from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """Names the surface `storefront` to Django."""

    name = "jishi.surfaces.storefront"
    label = "surface_storefront"

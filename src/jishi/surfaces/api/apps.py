"""Django's registration of this surface: its templates, static files and translations."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Names the surface `api` to Django."""

    name = "jishi.surfaces.api"
    label = "surface_api"

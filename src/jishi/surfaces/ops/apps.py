"""Django's registration of this surface: its templates, static files and translations."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """Names the surface `ops` to Django."""

    name = "jishi.surfaces.ops"
    label = "surface_ops"

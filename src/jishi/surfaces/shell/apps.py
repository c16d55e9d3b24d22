"""Django's registration of this surface: its templates, static files and translations."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """Names the surface `shell` to Django."""

    name = "jishi.surfaces.shell"
    label = "surface_shell"

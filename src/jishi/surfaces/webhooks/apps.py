"""Django's registration of this surface: its templates, static files and translations."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Names the surface `webhooks` to Django."""

    name = "jishi.surfaces.webhooks"
    label = "surface_webhooks"

"""Django's registration of this domain."""

from django.apps import AppConfig


class PortraitsConfig(AppConfig):
    """Names the domain `portraits` to Django."""

    name = "jishi.insight.portraits"
    label = "portraits"

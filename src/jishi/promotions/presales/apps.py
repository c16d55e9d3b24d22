"""Django's registration of this domain."""

from django.apps import AppConfig


class PresalesConfig(AppConfig):
    """Names the domain `presales` to Django."""

    name = "jishi.promotions.presales"
    label = "presales"

"""Django's registration of this domain."""

from django.apps import AppConfig


class PlaysConfig(AppConfig):
    """Names the domain `plays` to Django."""

    name = "jishi.promotions.plays"
    label = "plays"

"""Django's registration of this domain."""

from django.apps import AppConfig


class GatesConfig(AppConfig):
    """Names the domain `gates` to Django."""

    name = "jishi.promotions.gates"
    label = "gates"

"""Django's registration of this domain."""

from django.apps import AppConfig


class ListeningConfig(AppConfig):
    """Names the domain `listening` to Django."""

    name = "jishi.growth.listening"
    label = "listening"

"""Django's registration of this domain."""

from django.apps import AppConfig


class NetworksConfig(AppConfig):
    """Names the domain `networks` to Django."""

    name = "jishi.insight.networks"
    label = "networks"

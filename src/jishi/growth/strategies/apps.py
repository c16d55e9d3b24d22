"""Django's registration of this domain."""

from django.apps import AppConfig


class StrategiesConfig(AppConfig):
    """Names the domain `strategies` to Django."""

    name = "jishi.growth.strategies"
    label = "strategies"

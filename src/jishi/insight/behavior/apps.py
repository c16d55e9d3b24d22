"""Django's registration of this domain."""

from django.apps import AppConfig


class BehaviorConfig(AppConfig):
    """Names the domain `behavior` to Django."""

    name = "jishi.insight.behavior"
    label = "behavior"

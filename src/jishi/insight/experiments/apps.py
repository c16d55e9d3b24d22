"""Django's registration of this domain."""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    """Names the domain `experiments` to Django."""

    name = "jishi.insight.experiments"
    label = "experiments"

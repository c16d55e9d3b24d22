"""Django's registration of this domain."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Names the domain `metrics` to Django."""

    name = "jishi.insight.metrics"
    label = "metrics"

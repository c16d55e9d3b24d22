"""Django's registration of this domain."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Names the domain `reports` to Django."""

    name = "jishi.insight.reports"
    label = "reports"

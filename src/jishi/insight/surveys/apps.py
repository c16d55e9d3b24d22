"""Django's registration of this domain."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Names the domain `surveys` to Django."""

    name = "jishi.insight.surveys"
    label = "surveys"

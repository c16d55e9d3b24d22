"""Django's registration of this domain."""

from django.apps import AppConfig


class RecommendationConfig(AppConfig):
    """Names the domain `recommendation` to Django."""

    name = "jishi.insight.recommendation"
    label = "recommendation"

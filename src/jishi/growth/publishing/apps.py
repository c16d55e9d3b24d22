"""Django's registration of this domain."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Names the domain `publishing` to Django."""

    name = "jishi.growth.publishing"
    label = "publishing"

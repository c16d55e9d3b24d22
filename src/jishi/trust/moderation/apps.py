"""Django's registration of this domain."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Names the domain `moderation` to Django."""

    name = "jishi.trust.moderation"
    label = "moderation"

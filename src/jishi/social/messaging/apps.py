"""Django's registration of this domain."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Names the domain `messaging` to Django."""

    name = "jishi.social.messaging"
    label = "messaging"

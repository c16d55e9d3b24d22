"""Django's registration of this domain."""

from django.apps import AppConfig


class SharesConfig(AppConfig):
    """Names the domain `shares` to Django."""

    name = "jishi.social.shares"
    label = "shares"

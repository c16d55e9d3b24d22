"""Django's registration of this domain."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Names the domain `privacy` to Django."""

    name = "jishi.people.privacy"
    label = "privacy"

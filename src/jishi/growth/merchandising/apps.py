"""Django's registration of this domain."""

from django.apps import AppConfig


class MerchandisingConfig(AppConfig):
    """Names the domain `merchandising` to Django."""

    name = "jishi.growth.merchandising"
    label = "merchandising"

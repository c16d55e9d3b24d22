"""Django's registration of this domain."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    """Names the domain `communities` to Django."""

    name = "jishi.social.communities"
    label = "communities"

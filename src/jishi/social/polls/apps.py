"""Django's registration of this domain."""

from django.apps import AppConfig


class PollsConfig(AppConfig):
    """Names the domain `polls` to Django."""

    name = "jishi.social.polls"
    label = "polls"

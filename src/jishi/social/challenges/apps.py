"""Django's registration of this domain."""

from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    """Names the domain `challenges` to Django."""

    name = "jishi.social.challenges"
    label = "challenges"

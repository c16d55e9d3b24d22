"""Django's registration of this domain."""

from django.apps import AppConfig


class TeamworkConfig(AppConfig):
    """Names the domain `teamwork` to Django."""

    name = "jishi.growth.teamwork"
    label = "teamwork"

"""Django's registration of this domain."""

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """Names the domain `feed` to Django."""

    name = "jishi.social.feed"
    label = "feed"

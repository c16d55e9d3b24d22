"""Django's registration of this domain."""

from django.apps import AppConfig


class CommunityBuysConfig(AppConfig):
    """Names the domain `community_buys` to Django."""

    name = "jishi.promotions.community_buys"
    label = "community_buys"

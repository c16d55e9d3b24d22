"""Django's registration of this domain."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Names the domain `campaigns` to Django."""

    name = "jishi.growth.campaigns"
    label = "campaigns"

"""Django's registration of this domain."""

from django.apps import AppConfig


class FulfillmentConfig(AppConfig):
    """Names the domain `fulfillment` to Django."""

    name = "jishi.trade.fulfillment"
    label = "fulfillment"

"""Django's registration of this domain."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Names the domain `orders` to Django."""

    name = "jishi.trade.orders"
    label = "orders"

"""Django's registration of this domain."""

from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    """Names the domain `checkout` to Django."""

    name = "jishi.trade.checkout"
    label = "checkout"

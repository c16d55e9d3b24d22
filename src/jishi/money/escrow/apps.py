"""Django's registration of this domain."""

from django.apps import AppConfig


class EscrowConfig(AppConfig):
    """Names the domain `escrow` to Django."""

    name = "jishi.money.escrow"
    label = "escrow"

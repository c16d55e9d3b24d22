"""Django's registration of this domain."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Names the domain `ledger` to Django."""

    name = "jishi.money.ledger"
    label = "ledger"

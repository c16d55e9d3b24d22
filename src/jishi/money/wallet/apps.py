"""Django's registration of this domain."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """Names the domain `wallet` to Django."""

    name = "jishi.money.wallet"
    label = "wallet"

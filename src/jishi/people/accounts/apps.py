"""Django's registration of this domain."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the domain `accounts` to Django."""

    name = "jishi.people.accounts"
    label = "accounts"

"""Django's registration of this domain."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Names the domain `payments` to Django."""

    name = "jishi.money.payments"
    label = "payments"

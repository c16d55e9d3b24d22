"""Django's registration of this domain."""

from django.apps import AppConfig


class TimedPricesConfig(AppConfig):
    """Names the domain `timed_prices` to Django."""

    name = "jishi.promotions.timed_prices"
    label = "timed_prices"

"""Django's registration of this domain."""

from django.apps import AppConfig


class LotteriesConfig(AppConfig):
    """Names the domain `lotteries` to Django."""

    name = "jishi.promotions.lotteries"
    label = "lotteries"

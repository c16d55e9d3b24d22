"""Django's registration of this domain."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Names the domain `imports` to Django."""

    name = "jishi.goods.imports"
    label = "imports"

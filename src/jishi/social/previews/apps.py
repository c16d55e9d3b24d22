"""Django's registration of this domain."""

from django.apps import AppConfig


class PreviewsConfig(AppConfig):
    """Names the domain `previews` to Django."""

    name = "jishi.social.previews"
    label = "previews"

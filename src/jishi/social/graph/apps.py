"""Django's registration of this domain."""

from django.apps import AppConfig


class GraphConfig(AppConfig):
    """Names the domain `graph` to Django."""

    name = "jishi.social.graph"
    label = "graph"

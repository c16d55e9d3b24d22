"""Django's registration of this domain."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Names the domain `notifications` to Django."""

    name = "jishi.people.notifications"
    label = "notifications"

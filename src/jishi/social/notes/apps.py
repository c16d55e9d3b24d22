"""Django's registration of this domain."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """Names the domain `notes` to Django."""

    name = "jishi.social.notes"
    label = "notes"

"""Django's registration of the kernel's tables (outbox, idempotency, audit, seals, limits)."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Names the kernel to Django."""

    name = "jishi.kernel"
    label = "kernel"

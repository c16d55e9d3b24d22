"""Django's moment to connect the domains.

Handlers and rules import models, which Django only allows once every app is loaded; the page that lists them
(`jishi.wiring`) can therefore not hold an AppConfig itself, and is imported here, when that moment has come.
"""

from django.apps import AppConfig


class JishiConfig(AppConfig):
    """The last app of all."""

    name = "jishi.config"
    label = "jishi"

    def ready(self) -> None:
        """Connect handlers, price rules, sweeps and audiences, once per process."""
        from jishi import wiring  # noqa: PLC0415 - see above

        wiring.connect()

"""One JSON object per log line, with plain tracebacks and nothing that names a person.

Local variables never enter a traceback: they would carry secrets and addresses.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog

PERSONAL = frozenset(
    {
        "email",
        "phone",
        "nickname",
        "address",
        "recipient",
        "password",
        "token",
        "cookie",
        "ip",
        "ip_address",
        "login",
    }
)


def drop_personal(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace the values of personal keys; the key stays so that the line still tells what happened."""
    for key in ("request", "color_message"):  # the request's address may carry a token
        event.pop(key, None)
    for key in event.keys() & PERSONAL:
        event[key] = "[removed]"
    return event


class QuietChecks(logging.Filter):
    """Keeps health probes out of the access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line is worth keeping."""
        message = record.getMessage()
        return not any(path in message for path in ("/healthz", "/readyz", "/metrics", "/lane/health"))


def logging_config(*, level: str, plain: bool) -> dict[str, Any]:
    """Return the dictConfig of the whole process and set structlog up to feed it."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_personal,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any
    if plain:
        renderer = structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
        tail: list[Any] = [renderer]
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
        tail = [structlog.processors.format_exc_info, renderer]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"quiet_checks": {"()": "jishi.config.logs.QuietChecks"}},
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["quiet_checks"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "psycopg.pool": {"level": "ERROR"},
            "axes": {"level": "WARNING"},
        },
    }

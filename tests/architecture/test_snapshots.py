"""What others build upon: error codes are only ever added, events change with their version."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import typing
from collections.abc import Callable, Iterator
from typing import Any

import jishi
from jishi.kernel.errors import DomainError
from jishi.kernel.outbox.events import DomainEvent

Snapshot = Callable[[str, Any], None]


def load_all(names: set[str]) -> None:
    for module in pkgutil.walk_packages(jishi.__path__, "jishi."):
        if module.name.rsplit(".", 1)[1] in names or module.name.startswith("jishi.kernel."):
            importlib.import_module(module.name)


def descendants(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def test_error_codes(snapshot: Snapshot) -> None:
    load_all({"errors"})
    ours = [error for error in descendants(DomainError) if error.__module__.startswith("jishi.")]
    errors = [error for error in ours if "code" in vars(error)]
    codes = [error.code for error in errors]

    assert sorted(codes) == sorted(set(codes)), "two errors share a code"
    snapshot("error_codes", {error.code: family(error) for error in errors})


def family(error: type) -> str:
    return next(parent.__name__ for parent in reversed(error.__mro__) if parent.__base__ is DomainError)


def test_event_schemas(snapshot: Snapshot) -> None:
    load_all({"events"})
    leaves = [event for event in descendants(DomainEvent) if not event.__subclasses__()]
    # A dataclass with slots is made twice; the two are one event.
    ours = {(event.__module__, event.__qualname__): event for event in leaves}
    events = [event for (module, _name), event in ours.items() if module.startswith("jishi.")]
    topics = [event.topic for event in events]  # type: ignore[attr-defined]

    assert sorted(topics) == sorted(set(topics)), "two events share a topic"
    snapshot("event_schemas", {event.topic: schema(event) for event in events})  # type: ignore[attr-defined]


def schema(event: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(event)
    fields = {
        field.name: str(hints[field.name]).replace("<class '", "").replace("'>", "")
        for field in dataclasses.fields(event)
    }
    return {"version": event.version, "fields": fields}

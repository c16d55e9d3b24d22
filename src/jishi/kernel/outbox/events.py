"""The form of a domain fact: frozen, past tense, ids and plain values only, JSON on the way."""

import dataclasses
import typing
from datetime import datetime
from typing import Any, ClassVar, Self


@dataclasses.dataclass(frozen=True)
class DomainEvent:
    """Base of all facts. ``topic`` is dotted and stable, ``version`` grows with the fields."""

    topic: ClassVar[str]
    version: ClassVar[int] = 1

    def key(self) -> str:
        """The shard: facts with one key are handled in the order they were published."""
        raise TypeError(f"{type(self).__name__} does not say its key")

    def payload(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {name: _plain(value) for name, value in _fields(self)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The fact again. Unknown fields (from newer code) are ignored."""
        hints = _hints(cls)
        known = {name: _typed(hints[name], payload[name]) for name in hints if name in payload}
        return cls(**known)


def _fields(event: DomainEvent) -> list[tuple[str, Any]]:
    return [(field.name, getattr(event, field.name)) for field in dataclasses.fields(event)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a fact carries plain values, not {type(value).__name__}")


_known_hints: dict[str, dict[str, Any]] = {}


def _hints(cls: type[DomainEvent]) -> dict[str, Any]:
    """The types of the fields, looked up once per kind of fact."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if name not in _known_hints:
        hints = typing.get_type_hints(cls)
        _known_hints[name] = {field.name: hints[field.name] for field in dataclasses.fields(cls)}
    return _known_hints[name]


def _typed(hint: Any, value: Any) -> Any:
    if value is not None and (hint is datetime or datetime in typing.get_args(hint)):
        return datetime.fromisoformat(value)
    if isinstance(value, list) and typing.get_origin(hint) is tuple:
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    return value

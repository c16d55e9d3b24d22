"""How steps and read-outs are kept as JSON, and read back. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from jishi.growth.campaigns.contracts import DayLine, ReadOut, Step, Usual
from jishi.insight.experiments.contracts import Estimate, Guarded, Reading


def steps(kept: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of a version."""
    return tuple(Step(one["key"], one["kind"], one["params"], one.get("then", "")) for one in kept)


def keep_steps(those: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as they are kept."""
    return [
        {"key": one.key, "kind": str(one.kind), "params": dict(one.params), "then": one.then} for one in those
    ]


def keep_read_out(found: ReadOut) -> dict[str, Any]:
    """A read-out as it is kept."""
    body = asdict(found)
    del body["code"], body["at"]
    return body


def read_out(code: str, at: datetime, body: Mapping[str, Any]) -> ReadOut:
    """A read-out that was kept."""
    return ReadOut(
        **{
            **body,
            "code": code,
            "at": at,
            "readings": tuple(map(_reading, body["readings"])),
            "guarded": tuple(Guarded(**one) for one in body["guarded"]),
            "splits": {key: tuple(map(_reading, those)) for key, those in body["splits"].items()},
            "days": tuple(DayLine(**one) for one in body["days"]),
            "usual": Usual(**body["usual"]) if body.get("usual") else None,
        }
    )


def _reading(kept: Mapping[str, Any]) -> Reading:
    estimates = {name: Estimate(**kept[name]) for name in ("once", "always", "lift")}
    return Reading(**{**kept, **estimates})

"""How arms, guardrails and read-outs are kept as JSON, and read back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jishi.insight.experiments.contracts import (
    Arm,
    Estimate,
    Guarded,
    Guardrail,
    Reading,
    ReadOut,
    Running,
)

if TYPE_CHECKING:
    from jishi.insight.experiments.models import Experiment


def arms(kept: Iterable[Mapping[str, Any]]) -> tuple[Arm, ...]:
    """The arms of an experiment."""
    return tuple(Arm(one["key"], one["kind"], one["weight"], one["payload"]) for one in kept)


def keep_arms(those: Iterable[Arm]) -> list[dict[str, Any]]:
    """Arms as they are kept."""
    return [
        {"key": one.key, "kind": str(one.kind), "weight": one.weight, "payload": dict(one.payload)}
        for one in those
    ]


def guardrails(kept: Iterable[Mapping[str, Any]]) -> tuple[Guardrail, ...]:
    """The guardrails of an experiment."""
    return tuple(Guardrail(one["measure"], one["margin_bps"]) for one in kept)


def keep_guardrails(those: Iterable[Guardrail]) -> list[dict[str, Any]]:
    """Guardrails as they are kept."""
    return [{"measure": one.measure, "margin_bps": one.margin_bps} for one in those]


def running(row: "Experiment") -> Running:
    """What the assignment needs of a row."""
    return Running(
        id=row.pk,
        code=row.code,
        slot=row.slot,
        unit=row.unit,
        layer=row.layer,
        buckets=frozenset(row.buckets),
        salt=row.salt,
        arms=arms(row.arms),
        audience_kind=row.audience_kind,
        audience_key=row.audience_key,
    )


def keep_read_out(found: ReadOut) -> dict[str, Any]:
    """A read-out as it is kept."""
    return {
        "counts": dict(found.counts),
        "ripe": dict(found.ripe),
        "ratio_p": found.ratio_p,
        "readings": [asdict(one) for one in found.readings],
        "guarded": [asdict(one) for one in found.guarded],
        "segments": [asdict(one) for one in found.segments],
    }


def read_out(code: str, at: datetime, body: Mapping[str, Any]) -> ReadOut:
    """A read-out that was kept."""
    return ReadOut(
        code=code,
        at=at,
        counts=body["counts"],
        ripe=body["ripe"],
        ratio_p=body["ratio_p"],
        readings=_readings(body["readings"]),
        guarded=tuple(Guarded(**one) for one in body["guarded"]),
        segments=_readings(body["segments"]),
    )


def _readings(kept: Sequence[Mapping[str, Any]]) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            **{
                **one,
                "once": Estimate(**one["once"]),
                "always": Estimate(**one["always"]),
                "lift": Estimate(**one["lift"]),
            }
        )
        for one in kept
    )

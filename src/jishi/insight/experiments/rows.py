"""How arms, guardrails and read-outs are kept as JSON, and read back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from jishi.insight.experiments.contracts import (
    Arm,
    Asked,
    Block,
    Cell,
    Effect,
    Estimate,
    Factor,
    Factorial,
    Guarded,
    Guardrail,
    Reading,
    ReadOut,
    Running,
    SwitchDraft,
    SwitchReading,
    SwitchReadOut,
)

if TYPE_CHECKING:
    from jishi.insight.experiments.models import Experiment, Switchback


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
        "factorials": [asdict(one) for one in found.factorials],
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
        factorials=tuple(map(_factorial, body.get("factorials", ()))),
    )


def _factorial(kept: Mapping[str, Any]) -> Factorial:
    return Factorial(
        **{
            **kept,
            "factors": tuple(Factor(one["key"], tuple(one["levels"])) for one in kept["factors"]),
            "cells": tuple(Cell(**{**one, "levels": tuple(one["levels"])}) for one in kept["cells"]),
            "effects": tuple(
                Effect(
                    tuple(one["factors"]),
                    tuple(one["levels"]),
                    Estimate(**one["once"]),
                    Estimate(**one["always"]),
                    one["p_corrected"],
                )
                for one in kept["effects"]
            ),
        }
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


def keep_plan(draft: SwitchDraft, those: Iterable[Block]) -> dict[str, Any]:
    """A price trial's draft and blocks as they are kept."""
    return {
        "shop_id": draft.shop_id,
        "product_ids": list(draft.product_ids),
        "off_bps": draft.off_bps,
        "starts_at": draft.starts_at.isoformat(),
        "block_h": draft.block_h,
        "apart_days": draft.apart_days,
        "cycles": draft.cycles,
        "washout_min": draft.washout_min,
        "measures": list(draft.measures),
        "guardrails": keep_guardrails(draft.guardrails),
        "budget_minor": draft.budget_minor,
        "blocks": [[one.no, one.pair, one.starts_at.isoformat(), one.is_on] for one in those],
    }


def switch_draft(row: "Switchback") -> SwitchDraft:
    """The draft of a price trial."""
    kept = row.plan
    return SwitchDraft(
        name=row.name,
        hypothesis=row.hypothesis,
        shop_id=kept["shop_id"],
        product_ids=tuple(kept["product_ids"]),
        off_bps=kept["off_bps"],
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        block_h=kept["block_h"],
        apart_days=kept["apart_days"],
        cycles=kept["cycles"],
        washout_min=kept["washout_min"],
        measures=tuple(kept["measures"]),
        guardrails=guardrails(kept["guardrails"]),
        budget_minor=kept["budget_minor"],
    )


def switch_blocks(row: "Switchback") -> tuple[Block, ...]:
    """The blocks that were written down."""
    length = timedelta(hours=row.plan["block_h"])
    moments = ((no, pair, datetime.fromisoformat(at), on) for no, pair, at, on in row.plan["blocks"])
    return tuple(Block(no, pair, at, at + length, on) for no, pair, at, on in moments)


def gaps(row: "Switchback") -> tuple[tuple[datetime, datetime | None], ...]:
    """When it was paused, the last one perhaps still."""
    return tuple(
        (datetime.fromisoformat(begun), datetime.fromisoformat(over) if over else None)
        for begun, over in row.gaps
    )


def asked(row: "Switchback") -> Asked | None:
    """What waits for a second person."""
    if not row.asked_verb or row.asked_at is None:
        return None
    return Asked(row.asked_verb, row.asked_by_id, row.asked_at, row.asked_detail)


def keep_switch_read_out(found: SwitchReadOut) -> dict[str, Any]:
    """A price trial's read-out as it is kept."""
    return {name: value for name, value in asdict(found).items() if name != "at"}


def switch_read_out(at: datetime, body: Mapping[str, Any]) -> SwitchReadOut:
    """A price trial's read-out that was kept."""
    return SwitchReadOut(
        at=at,
        pairs=body["pairs"],
        left_out=body["left_out"],
        spent_minor=body["spent_minor"],
        readings=tuple(
            SwitchReading(
                **{
                    **one,
                    "once": Estimate(**one["once"]),
                    "always": Estimate(**one["always"]) if one["always"] else None,
                    "lift": Estimate(**one["lift"]),
                }
            )
            for one in body["readings"]
        ),
        guarded=tuple(Guarded(**one) for one in body["guarded"]),
    )

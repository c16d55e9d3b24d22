"""Choices about recommendations, trends, bundles, expected purchases, and the models there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jishi.insight.recommendation.contracts import Bundle, Expected, HiddenThing, ModelView, Trend
from jishi.insight.recommendation.models import Bundle as BundleRow
from jishi.insight.recommendation.models import Choice, Due, Fitted, Hidden, Rising
from jishi.insight.recommendation.queries import pool
from jishi.kernel import clock
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose
from jishi.social.feed import queries as feed


def is_personal(person_id: int | None) -> bool:
    """Whether recommendations may look at this person: both switches, the law's default for silence."""
    if person_id is None:
        return pool.is_default_on()
    return (
        privacy.allows(person_id, Purpose.PERSONALISATION) and feed.get_preference(person_id).is_personalised
    )


def tells_friends(person_id: int) -> bool:
    """Whether friends may be told what this person bought; silence is no."""
    return Choice.objects.filter(person_id=person_id, tells_friends=True).exists()


def list_hidden(person_id: int, *, limit: int = 100) -> tuple[HiddenThing, ...]:
    """What somebody does not want to see, newest first."""
    rows = Hidden.objects.filter(person_id=person_id).order_by("-pk")[:limit]
    return tuple(HiddenThing(row.kind, row.key, row.created_at) for row in rows)


def list_trends(kind: str, *, limit: int = 10) -> tuple[Trend, ...]:
    """What rises: "goods", "topic", "search" or "note", the quickest first."""
    rows = Rising.objects.filter(kind=kind).order_by("rank")[:limit]
    return tuple(Trend(row.kind, row.key, row.word, row.count, row.usual, row.score) for row in rows)


def list_bundles(shop_id: int, *, limit: int = 60) -> tuple[Bundle, ...]:
    """Bundles of a shop: what it shows first, then proposals by what they may bring."""
    rows = BundleRow.objects.filter(shop_id=shop_id).exclude(state="declined")
    return tuple(_bundle(row) for row in rows.order_by("-state", "-gain_minor", "pk")[:limit])


def list_due(person_id: int, *, at: datetime | None = None) -> tuple[Expected, ...]:
    """What somebody is expected to want again about now, soonest first."""
    now = clock.at_or_now(at)
    rows = Due.objects.filter(person_id=person_id, early_at__lte=now, late_at__gte=now).order_by("due_at")
    return tuple(
        Expected(row.product_id, row.due_at, row.early_at, row.late_at, row.own_gaps) for row in rows
    )


def list_models(*, limit: int = 3) -> tuple[ModelView, ...]:
    """The models that are kept, newest first."""
    return tuple(
        ModelView(row.pk, row.made_at, row.rows, row.people, row.items, row.figures, row.fingerprint)
        for row in Fitted.objects.order_by("-pk")[:limit]
    )


def replay(*, days: int = 14, at: datetime | None = None) -> dict[str, Any]:
    """Judge the order people were shown, today's lists and chance by what was really opened; see `replaying`.
    For the command line: it loads what pages never load.
    """
    from jishi.insight.recommendation import replaying  # noqa: PLC0415 - heavy

    return replaying.replay(days=days, at=at)


def _bundle(row: BundleRow) -> Bundle:
    return Bundle(
        row.code,
        row.shop_id,
        tuple(row.first),
        tuple(row.then),
        row.baskets,
        row.support_bps,
        row.confidence_bps,
        row.lift,
        row.false_bps,
        row.gain_minor,
        row.currency,
        row.state,
    )

"""Stages of life: what they mean, who stands where, and who moved."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Count, F, Max
from django.utils.translation import gettext

from jishi.insight.portraits import rules, words
from jishi.insight.portraits.contracts import Board, Stage, StageLine, StageNow, StageView, Thresholds
from jishi.insight.portraits.models import StageOf, Transition, Yardstick
from jishi.kernel import clock

NAMES = {one.code: one.name for one in rules.STAGES}


def list_stages() -> tuple[StageView, ...]:
    """Return the stages in order of life, each with the strategy that usually helps."""
    return rules.STAGES


def thresholds_of(shop_id: int | None = None) -> Thresholds:
    """Return from which silence on a shop's customer (or the platform's) is at risk, and why."""
    row = Yardstick.objects.filter(pk="life").first()
    kept = row.value if row else {}
    found = kept.get("shops", {}).get(str(shop_id)) if shop_id is not None else None
    found = found or kept.get("platform")
    limits = (
        rules.thresholds(**found) if found else rules.thresholds(
            interval_days=None, gaps=0, loyal_orders=0, source="default"
        )
    )  # fmt: skip
    return Thresholds(
        limits.interval_days, limits.at_risk_days, limits.churn_days, limits.loyal_orders, limits.source,
        limits.gaps, _because(limits),
    )  # fmt: skip


def _because(limits: Thresholds) -> str:
    texts = {
        "shop": gettext("Half of the %(gaps)s repeat purchases at this shop came within %(days)s days."),
        "category": gettext("Half of the %(gaps)s repeat purchases at such shops came within %(days)s days."),
        "platform": gettext("Half of the %(gaps)s repeat purchases here came within %(days)s days."),
        "default": gettext("Too few repeat purchases so far; %(days)s days are assumed."),
    }
    return texts[limits.source] % {"gaps": limits.gaps, "days": limits.interval_days}


def lifecycle_board(days: int = 30, shop_id: int | None = None, at: datetime | None = None) -> Board:
    """Return who stands where, and the moves of the last days, for the platform or one shop."""
    since = clock.at_or_now(at) - timedelta(days=days)
    rows = StageOf.objects.filter(shop_id=shop_id) if shop_id else StageOf.objects.filter(shop=None)
    people = dict(rows.values_list("stage").annotate(n=Count("pk")))
    moved = Transition.objects.filter(at__gt=since)
    moved = moved.filter(shop_id=shop_id) if shop_id else moved.filter(shop=None)
    flows = {(b, a): n for b, a, n in moved.values_list("before", "after").annotate(n=Count("pk"))}
    total = sum(people.values())
    came: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for (before, after), count in flows.items():
        came[after] += count
        left[before] += count
    lines = tuple(
        StageLine(
            one.code, one.name, people.get(one.code, 0),
            people.get(one.code, 0) * 10_000 // total if total else 0, came[one.code], left[one.code],
        )
        for one in rules.STAGES
    )  # fmt: skip
    codes = [one.code for one in rules.STAGES]
    cells = tuple(tuple(flows.get((before, after), 0) for after in codes) for before in codes)
    newest = Yardstick.objects.filter(pk="life").aggregate(at=Max("computed_at"))["at"]
    return Board(lines, cells, days, thresholds_of(shop_id), newest)


def stages_of(person_id: int) -> tuple[StageNow, ...]:
    """Return where a person stands, with the platform first and then with each shop."""
    rows = StageOf.objects.filter(person_id=person_id).order_by(F("shop_id").asc(nulls_first=True))
    return tuple(
        StageNow(row.shop_id, Stage(row.stage), NAMES[row.stage], row.since, words.stage(row.evidence))
        for row in rows
    )

"""The nightly fit and what it leaves behind: a model on disk, lists for everybody and everything, bundles,
next purchases. Heavy process only; pages read the tables.

Invariant: lists change in one transaction per kind, so a reader meets the old ones or the new ones.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from django.conf import settings
from django.db import connection, transaction

from jishi.insight.recommendation import (
    baskets,
    cores,
    engine,
    gathering,
    neighbours,
    packing,
    refreshing,
    rules,
    sequence,
    tables,
    timing,
)
from jishi.insight.recommendation.components import FromPeople
from jishi.insight.recommendation.contracts import Because, Settings
from jishi.insight.recommendation.gathering import Gathered
from jishi.insight.recommendation.model import Model
from jishi.insight.recommendation.models import Bundle, Due, Fitted
from jishi.insight.recommendation.refreshing import Lists
from jishi.kernel import clock

FITTING = 727041  # an advisory lock of the session
FIT_EVERY = timedelta(hours=6)
FIT_AGAIN_AFTER = timedelta(minutes=10)
GROWN = 1.2
SHARE_OF_MEMORY = 0.3
FACTORS = 64
WITHOUT: frozenset[str] = frozenset()
"""Parts that this installation leaves out of its model."""
FOR_PERSON, FOR_THING = 100, 40
PIECE = 512
"""People or things whose lists are made and copied at once."""
KEPT_MODELS = 3
RULES_LEAST, RULES_RATE, RULES_LIFT, RULES_CONFIDENCE = 4, 0.05, 1.2, 0.15
BUNDLES_A_SHOP = 30
DUE_WITHIN = timedelta(days=120)

log = structlog.get_logger("recommendation")
Say = Callable[[str, float], None]
Make = Callable[[np.ndarray], Iterable[Lists]]

_DELETE = "DELETE FROM recommendation_candidates WHERE list = %s"
_COPY = "COPY recommendation_candidates (list, subject_id, keys, scores, reasons, made_at) FROM STDIN BINARY"
_PRICES = """
SELECT l.product_id, l.shop_id, l.price_from_minor, l.currency FROM catalog_listing l
WHERE l.is_visible AND l.price_from_minor IS NOT NULL
"""


def run_due(at: datetime) -> int:
    """Fit when the last model is old or there is much more to learn from; nobody else meanwhile."""
    if not _lock():
        return 0
    try:
        last = Fitted.objects.order_by("-pk").first()
        if last is not None:
            age = at - last.made_at
            if age < FIT_AGAIN_AFTER or (age < FIT_EVERY and _count() < max(last.rows, 1) * GROWN):
                return 0
        return int(fit(at=at) is not None)
    finally:
        _unlock()


def _lock() -> bool:
    """A lock of the session: a fit takes minutes, and no transaction may stay open for so long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [FITTING])
        return bool(cursor.fetchone()[0])


def _unlock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [FITTING])


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM orders_orderline) + (SELECT count(*) FROM notes_like)"
            " + (SELECT count(*) FROM notes_favourite)"
        )
        return int(cursor.fetchone()[0])


def fit(*, at: datetime | None = None, say: Say | None = None) -> Fitted | None:
    """Learn from everything there is and refresh all lists; None when there is nothing to recommend.

    A fit of the very signals of the last one only refreshes.
    """
    now = clock.at_or_now(at)
    tell = say or (lambda stage, share: None)
    tell("gather", 0.0)
    gathered = gathering.gather(at=now)
    if not len(gathered.keys) or not len(gathered.people):
        return None
    mark = tables.fingerprint(gathered.signals)
    last = Fitted.objects.order_by("-pk").first()
    if last is not None and last.fingerprint == mark and _path(last.folder).is_dir():
        model, row = engine.load(_path(last.folder)), last
    else:
        memory = int(settings.JISHI_HEAVY_MEMORY_MB * 1e6 * SHARE_OF_MEMORY)
        settled = Settings(memory_bytes=memory, factors=FACTORS, without=WITHOUT)
        model = engine.fit(gathered.signals, settled, tell)
        row = _keep(model, mark, now)
    refresh(model, gathered, at=now, say=tell)
    propose(gathered, at=now)
    expect(gathered, at=now)
    Fitted.objects.filter(pk=row.pk).update(refreshed_at=now, made_at=now, rows=_count())
    row.refresh_from_db()
    return row


def _path(folder: str) -> Path:
    return Path(settings.JISHI_LAKE_ROOT) / "models" / folder


def _keep(model: Model, mark: str, now: datetime) -> Fitted:
    """Write the model beside those before it, and take the oldest away."""
    folder = f"{now:%Y%m%dT%H%M%S}-{mark[:8]}"
    engine.save(model, _path(folder))
    figures = {
        name: model.about.get(name) for name in ("validation", "alone", "components", "fit_s", "choices")
    }
    row = Fitted.objects.create(
        made_at=now,
        fingerprint=mark,
        folder=folder,
        rows=model.about["rows"],
        people=model.people,
        items=model.items,
        figures=figures,
    )
    for old in Fitted.objects.order_by("-pk")[KEPT_MODELS:]:
        shutil.rmtree(_path(old.folder), ignore_errors=True)
        old.delete()
    return row


def refresh(model: Model, gathered: Gathered, *, at: datetime, say: Say | None = None) -> dict[str, float]:
    """Make every list anew; returns the seconds of each kind."""
    keys, people, signals = gathered.keys, gathered.people, gathered.signals
    words, alike = refreshing.alike_items(model, FOR_THING), _alike(model, len(people))
    kinds: list[tuple[str, np.ndarray, Make]] = [
        ("home", people, lambda some: refreshing.for_people(model, some, FOR_PERSON)),
        ("near", keys, lambda some: [refreshing.near_items(model, some, FOR_THING, words)]),
        ("alike", people, lambda some: _without_weak(refreshing.for_people(alike, some, FOR_THING))),
    ]
    together = sequence.together(_goods_only(gathered), keep=FOR_THING, budget=20_000_000)
    follows = sequence.transitions(signals, keep=FOR_THING)
    for name, table, because in (("with", together, Because.TOGETHER), ("after", follows, Because.NEXT)):
        if table is not None:
            kinds.append((name, keys, _from_table(table, because)))
    took = {}
    for number, (name, subjects, make) in enumerate(kinds):
        if say:
            say(f"refresh {name}", number / len(kinds))
        began = time.perf_counter()
        _write(name, subjects, keys, make, at)
        took[name] = round(time.perf_counter() - began, 2)
    log.info("recommendation.refreshed", **took)
    return took


def _from_table(table: Any, because: Because) -> Make:
    return lambda some: [refreshing.together_items(table, some, FOR_THING, because)]


def _goods_only(gathered: Gathered) -> Any:
    """The signals of orders alone: likes are no baskets."""
    signals = gathered.signals
    if signals.basket is None:
        return signals
    bought = np.asarray(signals.basket) > 0
    return gathering.Signals(
        people=signals.people,
        items=signals.items,
        person=signals.person[bought],
        item=signals.item[bought],
        basket=np.asarray(signals.basket)[bought],
    )


def _alike(model: Model, people: int) -> Model:
    """A model of what people like somebody took, alone."""
    parts = [part for part in model.parts if part.name in ("people", "friends")]
    if not any(part.name == "people" for part in parts):
        near = neighbours.of_people(
            neighbours.profile(model.known.history, model.known.links, exponent=0.25, social=1.0),
            np.arange(people),
            keep=50,
            budget=20_000_000,
        )
        parts.append(FromPeople("people", near))
    return Model(
        seen=model.seen,
        known=model.known,
        parts=tuple(parts),
        weights=tuple(1.0 for _ in parts),
        nearby=model.nearby,
        popular=model.popular,
    )


def _without_weak(made: Iterable[Lists]) -> Iterator[Lists]:
    for lists in made:
        lists.items[lists.scores <= 0.05] = -1
        yield lists


def _write(name: str, subjects: np.ndarray, keys: np.ndarray, make: Make, at: datetime) -> None:
    """Replace one kind of list, computed on all cores that are granted. Everything is computed before the
    transaction begins, and copied in pieces: no statement may take as long as a fit.
    """
    pieces = np.split(np.arange(len(subjects)), range(PIECE, len(subjects), PIECE))
    packed = cores.run(
        pieces,
        lambda some: b"".join(packing.rows(name, subjects, keys, made, at) for made in make(some)),
        cores=settings.JISHI_HEAVY_CORES,
    )
    with tempfile.TemporaryFile() as kept:
        sizes = [kept.write(rows) for rows in packed]
        kept.seek(0)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DELETE, [name])
            for size in sizes:
                with cursor.copy(_COPY) as copy:
                    copy.write(packing.HEAD + kept.read(size) + packing.TAIL)


def propose(gathered: Gathered, *, at: datetime) -> int:
    """Propose bundles to shops: rules between goods of one shop that hold against chance, with what offering
    them may bring. What a shop decided stays; proposals that no longer hold go.
    """
    goods = _goods_only(gathered)
    if goods.basket is None or not len(goods.basket):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_PRICES)
        prices = {row[0]: row[1:] for row in cursor.fetchall()}
    numbers = np.unique(goods.basket)
    least = max(RULES_LEAST / len(numbers), 1e-6)
    found = baskets.mine(
        np.asarray(goods.basket),
        gathered.keys[np.asarray(goods.item)],
        support=least,
        confidence=RULES_CONFIDENCE,
        longest=3,
        rate=RULES_RATE,
    )
    days = _days(gathered)
    rows: dict[int, list[Bundle]] = {}
    for number in range(len(found)):
        if found.lift[number] >= RULES_LIFT and (row := _bundle(found, number, prices, days, at)):
            rows.setdefault(row.shop_id, []).append(row)
    kept = [
        row
        for of_shop in rows.values()
        for row in sorted(of_shop, key=lambda r: -r.gain_minor)[:BUNDLES_A_SHOP]
    ]
    with transaction.atomic():
        Bundle.objects.filter(state="proposed").delete()
        Bundle.objects.bulk_create(kept, ignore_conflicts=True)
    return len(kept)


def _bundle(
    found: baskets.Rules, number: int, prices: dict[int, tuple[int, int, str]], days: float, at: datetime
) -> Bundle | None:
    """A rule as a proposal; None unless it stays within one shop and leads to one thing."""
    first, then = found.antecedent[number], found.consequent[number]
    if len(then) != 1 or any(one not in prices for one in (*first, *then)):
        return None
    if len({prices[one][0] for one in (*first, *then)}) != 1:
        return None
    shop_id, price, currency = prices[then[0]]
    pairs = round(float(found.support[number]) * found.baskets)
    sure = float(found.confidence[number])
    return Bundle(
        shop_id=shop_id,
        first=list(first),
        then=list(then),
        baskets=pairs,
        support_bps=round(float(found.support[number]) * 10_000),
        confidence_bps=round(sure * 10_000),
        lift=round(float(found.lift[number]), 3),
        false_bps=round(float(found.q[number]) * 10_000),
        gain_minor=rules.gain_a_month(
            pairs=pairs,
            confidence=sure,
            base=sure / max(float(found.lift[number]), 1e-9),
            price_minor=price,
            days=days,
        ),
        currency=currency,
        found_at=at,
    )


def _days(gathered: Gathered) -> float:
    at = gathered.signals.at
    return 1.0 if at is None or not len(at) else max(float(np.ptp(at)) / 86_400, 1.0)


def expect(gathered: Gathered, *, at: datetime) -> int:
    """Say when people will want again what they bought before."""
    signals = gathered.signals
    if signals.at is None or signals.basket is None:
        return 0
    bought = np.asarray(signals.basket) > 0
    person = np.asarray(signals.person)[bought]
    item, when = np.asarray(signals.item)[bought], np.asarray(signals.at)[bought]
    everybody = timing.repeats(person, item, when)
    order = np.lexsort((when, item, person))
    person, item, when = person[order], item[order], when[order]
    edges = np.flatnonzero((np.diff(person) != 0) | (np.diff(item) != 0)) + 1
    known = set(everybody.keys[:, 0].tolist()) if len(everybody.keys) else set()
    rows = []
    for low, high in zip([0, *edges], [*edges, len(person)], strict=True):
        if high - low < 2 and int(item[low]) not in known:
            continue
        due = timing.next_due(when[low:high], everybody, int(item[low])) if high > low else None
        if due is None or abs(due.at - at.timestamp()) > DUE_WITHIN.total_seconds():
            continue
        moments = [datetime.fromtimestamp(value, UTC) for value in (due.at, due.early, due.late)]
        rows.append(
            Due(
                person_id=int(gathered.people[person[low]]),
                product_id=int(gathered.keys[item[low]]),
                due_at=moments[0],
                early_at=moments[1],
                late_at=moments[2],
                own_gaps=due.own_gaps,
            )
        )
    with transaction.atomic():
        Due.objects.all().delete()
        Due.objects.bulk_create(rows, batch_size=2000)
    return len(rows)

"""Measuring the whole network and keeping what was found. Heavy process only.

Reads follows, likes, comments, shares and orders with one set-based statement each. Doubts are facts that can
be checked (when followers came, whether they ever did anything, who likes whom in turn, who buys through a
link); nobody is accused by a single number.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from jishi.insight.networks import bridges, communities, graph, influence, ties
from jishi.insight.networks.graph import Array, Graph
from jishi.insight.networks.models import Affinity, Group, Run, Standing, Tie
from jishi.kernel import clock, locks

LOOK_AFTER = timedelta(hours=20)
GROWN = 1.2
TIES_KEPT, TOPICS_KEPT = 30, 6
DRAWN = 140
SAMPLES = 128
CREATOR_NOTES, CREATOR_ENGAGED = 3, 5
CONSUMER_BUYERS = 2
OPINION_SHARE, OPINION_FOLLOWERS = 0.02, 10
DOUBT_LEAST = 20

_PEOPLE = "SELECT id FROM accounts_user WHERE is_active ORDER BY id"
_FOLLOWS = (
    "SELECT follower_id, followee_id, extract(epoch FROM created_at)::bigint FROM graph_follow"
    " WHERE state = 'active'"
)
_CONTACTS = """
SELECT k.person_id, n.author_id, extract(epoch FROM k.created_at)::bigint, 1.0 FROM notes_like k
JOIN notes_note n ON n.id = k.note_id
UNION ALL
SELECT c.author_id, n.author_id, extract(epoch FROM c.created_at)::bigint, 2.0 FROM notes_comment c
JOIN notes_note n ON n.id = c.note_id WHERE c.state = 'published'
UNION ALL
SELECT v.person_id, l.sharer_id, extract(epoch FROM v.first_at)::bigint, 2.0 FROM shares_sharevisit v
JOIN shares_sharelink l ON l.id = v.link_id WHERE v.person_id IS NOT NULL AND l.sharer_id IS NOT NULL
UNION ALL
SELECT o.buyer_id, l.sharer_id, extract(epoch FROM o.paid_at)::bigint, 4.0 FROM shares_shareorder o
JOIN shares_sharelink l ON l.id = o.link_id WHERE l.sharer_id IS NOT NULL
"""
_LINKS = "SELECT id, coalesce(parent_id, 0), coalesce(sharer_id, 0) FROM shares_sharelink ORDER BY id"
_TOPICS = """
SELECT k.person_id, t.topic_id, 1.0 FROM notes_like k JOIN notes_notetopic t ON t.note_id = k.note_id
UNION ALL
SELECT n.author_id, t.topic_id, 2.0 FROM notes_note n JOIN notes_notetopic t ON t.note_id = n.id
WHERE n.state = 'published'
UNION ALL
SELECT f.person_id, t.topic_id, 2.0 FROM notes_favourite f JOIN notes_notetopic t ON t.note_id = f.note_id
"""
_FACTS = """
SELECT u.id,
    (SELECT count(*) FROM notes_note n WHERE n.author_id = u.id AND n.state = 'published'),
    (SELECT count(DISTINCT k.person_id) FROM notes_note n JOIN notes_like k ON k.note_id = n.id
     WHERE n.author_id = u.id),
    (SELECT count(DISTINCT o.buyer_id) FROM shares_sharelink l JOIN shares_shareorder o ON o.link_id = l.id
     WHERE l.sharer_id = u.id AND o.buyer_id <> u.id),
    (SELECT count(*) FROM shares_sharelink l JOIN shares_shareorder o ON o.link_id = l.id
     WHERE l.sharer_id = u.id)
FROM accounts_user u WHERE u.is_active ORDER BY u.id
"""
_SILENT = """
SELECT f.followee_id, count(*),
    count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM notes_like k WHERE k.person_id = f.follower_id)
        AND NOT EXISTS (SELECT 1 FROM notes_note n WHERE n.author_id = f.follower_id)
        AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.buyer_id = f.follower_id))
FROM graph_follow f WHERE f.state = 'active' GROUP BY 1 HAVING count(*) >= %(least)s
"""


@dataclass(frozen=True)
class Found:
    """What was measured, by the place of each person in `people`."""

    people: Array
    links: Graph
    ranks: Array
    of: Array
    modularity: float
    reach: Array
    between: Array
    spread: Array


def run_due(at: datetime) -> int:
    """Measure when the last look is old or there are many more links."""
    last = Run.objects.order_by("-pk").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM graph_follow WHERE state = 'active'")
        links = int(cursor.fetchone()[0])
    if last is not None and at - last.made_at < LOOK_AFTER and links < max(last.links, 10) * GROWN:
        return 0
    return int(measure(at=at) is not None)


def measure(*, at: datetime | None = None) -> Run | None:
    """Look at the whole network and keep what was found; None when somebody else is at it."""
    now = clock.at_or_now(at)
    began = time.perf_counter()
    people = np.array([row[0] for row in _rows(_PEOPLE)], np.int64)
    if not len(people):
        return None
    follows = _table(_rows(_FOLLOWS), 3)
    found = _find(people, follows)
    close = ties.strengths(found.links, _contacts(people))
    doubts = _doubts(people, follows)
    with transaction.atomic():
        if not locks.try_advisory("networks.measure"):
            return None
        for model in (Standing, Group, Tie, Affinity):
            model.objects.all().delete()
        _keep_people(found, doubts)
        topics = _keep_topics(found)
        _keep_groups(found, topics)
        _keep_ties(people, close)
        return Run.objects.create(
            made_at=now,
            people=len(people),
            links=int(found.links.links.nnz),
            communities=int(found.of.max(initial=-1)) + 1,
            modularity=round(float(found.modularity), 4),
            seconds=round(time.perf_counter() - began, 2),
        )


def _find(people: Array, follows: Array) -> Found:
    start, end, _ = _placed(people, follows[:, 0], follows[:, 1])
    links = graph.build(len(people), start, end)
    parts = communities.find(links, cores=settings.JISHI_HEAVY_CORES)
    return Found(
        people,
        links,
        influence.pagerank(links),
        parts.of,
        parts.modularity,
        _reach(people),
        bridges.betweenness(links, samples=SAMPLES),
        bridges.spread(links, parts.of),
    )


def _reach(people: Array) -> Array:
    """How many shares came of what each person shared."""
    rows = _table(_rows(_LINKS), 3)
    total = np.zeros(len(people), np.int64)
    if not len(rows):
        return total
    parent = np.searchsorted(rows[:, 0], rows[:, 1])
    parent = np.where(rows[:, 1] > 0, parent, -1)
    below = influence.cascade(parent).below
    place = np.minimum(np.searchsorted(people, rows[:, 2]), len(people) - 1)
    known = people[place] == rows[:, 2]
    np.add.at(total, place[known], below[known])
    return total


def _contacts(people: Array) -> ties.Contacts | None:
    rows = _rows(_CONTACTS)
    if not rows:
        return None
    table = np.array(rows, float)
    start, end, keep = _placed(people, table[:, 0].astype(np.int64), table[:, 1].astype(np.int64))
    return ties.Contacts(start, end, table[keep, 2], table[keep, 3])


def _doubts(people: Array, follows: Array) -> dict[int, list[str]]:
    """Checkable facts that make somebody's numbers doubtful."""
    found: dict[int, list[str]] = {}
    for person, count, silent in _rows(_SILENT, {"least": DOUBT_LEAST}):
        if silent > 0.8 * count:
            found.setdefault(person, []).append("silent_followers")
    order = np.lexsort((follows[:, 2], follows[:, 1]))
    who, when = follows[order, 1], follows[order, 2]
    for low, high in _runs(who):
        if high - low >= DOUBT_LEAST:
            within = np.searchsorted(when[low:high], when[low:high] + 3600) - np.arange(high - low)
            if within.max() > 0.6 * (high - low):
                found.setdefault(int(who[low]), []).append("sudden_followers")
    for person, _, _, buyers, orders in _rows(_FACTS):
        if orders >= 5 and buyers <= 1:
            found.setdefault(person, []).append("one_buyer")
    return found


def _runs(values: Array) -> list[tuple[int, int]]:
    """Where equal neighbouring values begin and end."""
    edges = np.flatnonzero(np.diff(values)) + 1
    return list(zip([0, *edges.tolist()], [*edges.tolist(), len(values)], strict=True)) if len(values) else []


def _keep_people(found: Found, doubts: dict[int, list[str]]) -> None:
    facts = {row[0]: row[1:] for row in _rows(_FACTS)}
    order = np.argsort(-found.ranks, kind="stable")
    followers = np.asarray((found.links.links > 0).sum(0)).ravel().astype(int)
    high = max(int(len(order) * OPINION_SHARE), 1)
    bridging = np.sort(found.between)[-high:].min() if len(order) else 0
    places = _drawn(found, order[:DRAWN])
    rows = []
    for rank, number in enumerate(order.tolist(), start=1):
        person = int(found.people[number])
        notes, engaged, buyers, _ = facts.get(person, (0, 0, 0, 0))
        role = _role(rank <= high and followers[number] >= OPINION_FOLLOWERS, notes, engaged, buyers)
        if not role and found.between[number] > 0 and found.between[number] >= bridging:
            role = "bridge"
        x, y = places.get(number, (0.0, 0.0))
        rows.append(
            Standing(
                person_id=person,
                rank=rank,
                influence=round(float(found.ranks[number]) * 1e6),
                followers=int(followers[number]),
                reach=int(found.reach[number]),
                brought_orders=int(buyers),
                bridge=round(float(found.between[number]) * 1e6),
                spread_bps=round(float(found.spread[number]) * 10_000),
                notes=int(notes),
                engaged=int(engaged),
                role=role,
                doubts=doubts.get(person, []),
                community=int(found.of[number]),
                x=x,
                y=y,
            )
        )
    Standing.objects.bulk_create(rows, batch_size=2000)


def _role(is_high: bool, notes: int, engaged: int, buyers: int) -> str:
    """What somebody is to others: listened to, a maker, or a buyer whom others follow to the till."""
    if is_high:
        return "opinion"
    if buyers >= CONSUMER_BUYERS:
        return "consumer"
    return "creator" if notes >= CREATOR_NOTES and engaged >= CREATOR_ENGAGED else ""


def _drawn(found: Found, chosen: Array, rounds: int = 120) -> dict[int, tuple[float, float]]:
    """Places from 0 to 1 of the most listened to: linked ones attract, all repel, communities begin apart."""
    count = len(chosen)
    if not count:
        return {}
    inner = found.links.plain[chosen][:, chosen].toarray()
    angle = found.of[chosen] * 2.399963 + np.arange(count) * 0.05
    place = (
        np.stack([np.cos(angle), np.sin(angle)], 1) * (0.5 + 0.5 * (np.arange(count) + 1) / count)[:, None]
    )
    near = 1.2 / np.sqrt(count)
    for step in range(rounds):
        gap = place[:, None] - place[None]
        far = np.maximum(np.linalg.norm(gap, axis=2), 1e-3)
        push = near * near / far**2 - inner * far / near * 0.5
        move = (gap * (push / far)[:, :, None]).sum(1) - 0.6 * place
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        place += move / length * np.minimum(length, 0.08 * (1 - step / rounds))
    low, high = place.min(0), place.max(0)
    share = (place - low) / np.maximum(high - low, 1e-9)
    return {int(n): (round(float(x), 4), round(float(y), 4)) for n, (x, y) in zip(chosen, share, strict=True)}


def _keep_topics(found: Found) -> dict[int, list[int]]:
    """Keep what people care about; returns the topics of each community."""
    rows = _rows(_TOPICS)
    if not rows:
        return {}
    table = np.array(rows, float)
    names, topic = np.unique(table[:, 1].astype(np.int64), return_inverse=True)
    place = np.minimum(np.searchsorted(found.people, table[:, 0].astype(np.int64)), len(found.people) - 1)
    known = np.flatnonzero(found.people[place] == table[:, 0].astype(np.int64))
    place, topic, weight = place[known], topic[known], table[known, 2]
    active = np.unique(place)
    own = ties.affinities(
        np.searchsorted(active, place), topic, people=len(active), topics=len(names), weight=weight
    )
    best = np.argsort(-own, axis=1, kind="stable")[:, :TOPICS_KEPT]
    kept = [
        Affinity(
            person_id=int(found.people[person]),
            topic_id=int(names[column]),
            excess_bps=round(float(own[row, column]) * 10_000),
        )
        for row, person in enumerate(active.tolist())
        for column in best[row].tolist()
        if own[row, column] > 0.005
    ]
    Affinity.objects.bulk_create(kept, batch_size=2000)
    of = found.of[place]
    sums = np.zeros((int(found.of.max()) + 1, len(names)))
    np.add.at(sums, (of, topic), weight)
    lift = sums / np.maximum(sums.sum(0, keepdims=True), 1e-9) * np.log1p(sums)
    return {
        group: [int(names[n]) for n in np.argsort(-lift[group])[:3] if sums[group, n] >= 2]
        for group in range(len(sums))
    }


def _keep_groups(found: Found, topics: dict[int, list[int]]) -> None:
    table = found.links.mutual
    rows = graph.row_of(table)
    inside = np.bincount(found.of[rows], weights=table.data * (found.of[rows] == found.of[table.indices]))
    whole = np.bincount(found.of[rows], weights=table.data)
    sizes = np.bincount(found.of)
    Group.objects.bulk_create(
        [
            Group(
                number=number,
                size=int(size),
                inner_bps=round(10_000 * float(inside[number] / whole[number]))
                if number < len(whole) and whole[number]
                else 0,
                topic_ids=topics.get(number, []),
            )
            for number, size in enumerate(sizes)
        ],
        batch_size=2000,
    )


def _keep_ties(people: Array, close: Any) -> None:
    kept = []
    for row in range(len(people)):
        low, high = close.indptr[row], close.indptr[row + 1]
        best = np.argsort(-close.data[low:high], kind="stable")[:TIES_KEPT] + low
        kept += [
            Tie(
                person_id=int(people[row]),
                other_id=int(people[close.indices[n]]),
                strength=int(np.clip(round(float(close.data[n]) * 1000), 1, 1000)),
            )
            for n in best.tolist()
        ]
        if len(kept) >= 10_000:
            Tie.objects.bulk_create(kept)
            kept = []
    Tie.objects.bulk_create(kept)


def _placed(people: Array, one: Array, two: Array) -> tuple[Array, Array, Array]:
    """Row numbers of pairs whose both sides are known, and which those are."""
    if not len(one):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    left = np.minimum(np.searchsorted(people, one), len(people) - 1)
    right = np.minimum(np.searchsorted(people, two), len(people) - 1)
    keep = np.flatnonzero((people[left] == one) & (people[right] == two))
    return left[keep], right[keep], keep


def _rows(statement: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def _table(rows: list[tuple[Any, ...]], width: int) -> Array:
    return np.array(rows, np.int64).reshape(len(rows), width)

"""Groups of people who are alike, found in the data; the same data always give the same groups.

k-means over standardised tags; where nobody says how many groups, the one of the widest silhouette is taken.
Numpy is loaded only here, in the heavy process.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext, override

from jishi.insight.portraits import tags
from jishi.insight.portraits.contracts import SegmentKind
from jishi.insight.portraits.errors import ClustersInvalid
from jishi.insight.portraits.models import Segment
from jishi.insight.portraits.operations import editing, members
from jishi.kernel import clock, locks

FEWEST, MOST, LEAST_PEOPLE = 2, 12, 20
TRIED = range(3, 9)
SEED = 20_240_601
ROUNDS, STARTS, SAMPLE = 40, 4, 1500
MARKS_SHOWN = 4
CLEAR = 0.35
"""So many standard deviations from everybody's mean make a tag worth naming."""
LETTERS = "ABCDEFGHIJKL"

_VALUES = """
SELECT person_id, {columns} FROM portraits_portrait WHERE tags ? 'orders' ORDER BY person_id
"""


def used_tags() -> tuple[str, ...]:
    """Return the tags by which people are compared: those that say so."""
    return tuple(one.tag.code for one in tags.ALL if "model:clusters" in one.tag.used_by)


def cluster(
    *, k: int | None = None, language: str = "zh-hans", at: datetime | None = None
) -> tuple[str, ...]:
    """Group everybody and keep each group as a segment with a card; returns their codes. Heavy.

    The groups of the last time are put away.

    :raises ClustersInvalid: a number of groups that cannot be made, or too few people.
    """
    if k is not None and not FEWEST <= k <= MOST:
        raise ClustersInvalid()
    people, raw = _values()
    if len(people) < max(LEAST_PEOPLE, 3 * (k or FEWEST)):
        raise ClustersInvalid()
    import numpy as np  # noqa: PLC0415 - heavy

    # Counts and money are spread over decades: their logarithm says more than they do.
    values = np.sign(raw) * np.log1p(np.abs(raw))
    spread = values.std(axis=0)
    standard = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    labels, width = _best(standard, k)
    with override(language):
        return _keep(people, raw, standard, labels, width, clock.at_or_now(at))


def _values() -> tuple[list[int], Any]:
    import numpy as np  # noqa: PLC0415 - heavy

    # Whoever never did a thing is as far from it as anybody ever was; unknown days of silence are many.
    columns = ", ".join(
        f"coalesce((tags->>'{code}')::numeric, {365 if code.endswith('_days') else 0})::float8"
        for code in used_tags()
    )
    with connection.cursor() as cursor:
        cursor.execute(_VALUES.format(columns=columns))
        rows = cursor.fetchall()
    return [row[0] for row in rows], np.array([row[1:] for row in rows], dtype=float)


def _best(points: Any, k: int | None) -> tuple[Any, float]:
    """Return the labels of the asked number of groups, or of the number with the widest silhouette."""
    tried = [k] if k else [one for one in TRIED if len(points) >= 3 * one]
    found = []
    for count in tried:
        labels = kmeans(points, count)
        found.append((silhouette(points, labels), -count, labels))
    width, _, labels = max(found, key=lambda one: one[:2])
    return labels, width


def kmeans(points: Any, k: int) -> Any:
    """Return the group of every point, the largest group 0; the same points give the same groups."""
    import numpy as np  # noqa: PLC0415 - heavy

    chance = np.random.default_rng(SEED + k)
    best, best_cost = np.zeros(len(points), dtype=int), np.inf
    for _ in range(STARTS):
        centres = _spread_out(points, k, chance)
        labels = _nearest(points, centres)
        for _ in range(ROUNDS):
            centres = np.array(
                [
                    points[labels == one].mean(axis=0) if (labels == one).any() else centres[one]
                    for one in range(k)
                ]
            )
            moved = _nearest(points, centres)
            if (moved == labels).all():
                break
            labels = moved
        cost = ((points - centres[labels]) ** 2).sum()
        if cost < best_cost - 1e-9:
            best, best_cost = labels, cost
    sizes = np.bincount(best, minlength=k)
    order = np.argsort(-sizes, kind="stable")
    place = np.empty(k, dtype=int)
    place[order] = np.arange(k)
    return place[best]


def _spread_out(points: Any, k: int, chance: Any) -> Any:
    """Choose first centres far from each other (k-means++)."""
    import numpy as np  # noqa: PLC0415 - heavy

    centres = [points[chance.integers(len(points))]]
    distance = ((points - centres[0]) ** 2).sum(axis=1)
    for _ in range(k - 1):
        total = distance.sum()
        picked = chance.choice(len(points), p=distance / total) if total > 0 else chance.integers(len(points))
        centres.append(points[picked])
        distance = np.minimum(distance, ((points - points[picked]) ** 2).sum(axis=1))
    return np.array(centres)


def _nearest(points: Any, centres: Any) -> Any:
    distance = -2 * points @ centres.T + (centres**2).sum(axis=1)
    return distance.argmin(axis=1)


def silhouette(points: Any, labels: Any) -> float:
    """Return how much nearer people are to their own group than to the next, from -1 to 1, on a sample."""
    import numpy as np  # noqa: PLC0415 - heavy

    chance = np.random.default_rng(SEED)
    chosen = np.arange(len(points)) if len(points) <= SAMPLE else np.sort(
        chance.choice(len(points), SAMPLE, replace=False)
    )  # fmt: skip
    some, mine = points[chosen], labels[chosen]
    squares = (some**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * some @ some.T, 0))
    groups = np.unique(mine)
    sums = np.stack([distance[:, mine == one].sum(axis=1) for one in groups], axis=1)
    counts = np.array([(mine == one).sum() for one in groups])
    own = np.searchsorted(groups, mine)
    rows = np.arange(len(some))
    within = sums[rows, own] / np.maximum(counts[own] - 1, 1)
    others = sums / counts
    others[rows, own] = np.inf
    nearest = others.min(axis=1)
    widths = np.where(counts[own] > 1, (nearest - within) / np.maximum(within, nearest), 0)
    return float(widths.mean())


@transaction.atomic
def _keep(
    people: Sequence[int], raw: Any, standard: Any, labels: Any, width: float, now: datetime
) -> tuple[str, ...]:
    """Put the groups of the last time away and open the new ones."""
    locks.advisory("portraits", "clusters")
    for code in Segment.objects.filter(kind=SegmentKind.CLUSTER, archived_at=None).values_list(
        "code", flat=True
    ):
        editing.archive_segment(code=code, at=now)
    codes = []
    count = int(labels.max()) + 1
    for number in range(count):
        mask = labels == number
        ids = [person for person, is_in in zip(people, mask, strict=True) if is_in]
        card = _card(raw[mask], raw, standard[mask], len(ids), len(people), width)
        name, meaning = _said(number, card)
        row = Segment.objects.create(
            name=name, meaning=meaning, kind=SegmentKind.CLUSTER, is_dynamic=False, card=card, created_at=now
        )
        with connection.cursor() as cursor:
            cursor.execute(members.FOUND)
            cursor.execute("INSERT INTO pp_found SELECT unnest(%s::bigint[])", [ids])
        members.settle(row, now)
        codes.append(row.code)
    return tuple(codes)


def _card(mine: Any, everybody: Any, standard: Any, size: int, total: int, width: float) -> dict[str, Any]:
    """Return what sets a group apart: its clearest tags with their means here and of everybody."""
    codes = used_tags()
    away = standard.mean(axis=0)
    order = sorted(range(len(codes)), key=lambda place: (-abs(float(away[place])), codes[place]))
    marks = [
        {
            "tag": codes[place],
            "away": round(float(away[place]), 2),
            "here": round(float(mine[:, place].mean())),
            "everybody": round(float(everybody[:, place].mean())),
        }
        for place in order[:MARKS_SHOWN]
        if abs(float(away[place])) >= CLEAR
    ]
    return {"size": size, "share_bps": size * 10_000 // total, "silhouette": round(width, 3), "marks": marks}


def _said(number: int, card: dict[str, Any]) -> tuple[str, str]:
    """Name a group by its two clearest marks, and say all of them."""
    parts = [_mark(mark) for mark in card["marks"]]
    short = gettext(", ").join(parts[:2]) or gettext("like everybody")
    name = gettext("Group %(letter)s: %(marks)s") % {"letter": LETTERS[number], "marks": short}
    return name[:60], (gettext(", ").join(parts) or gettext("like everybody"))[:300]


def _mark(mark: dict[str, Any]) -> str:
    text = gettext("much %(tag)s") if mark["away"] > 0 else gettext("little %(tag)s")
    named = tags.BY_CODE[str(mark["tag"])].tag.name
    return text % {"tag": gettext(named)}

"""Judging an order by what people really opened from lists they were given. Heavy process and command only.

For every kept list the model's own scores of its things make another order; what was opened says which of the
two had put it higher. Only what was shown can be judged, and the first places are opened more often whatever
stands there: the shown order is therefore compared at its own places, and a random order stands beside both.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from jishi.insight.recommendation.contracts import Surface
from jishi.insight.recommendation.models import Slate
from jishi.kernel import clock

DAYS = 14
LISTS_MOST = 20_000

_SCORES = """
SELECT k.key, k.score FROM recommendation_candidates c
CROSS JOIN LATERAL unnest(c.keys, c.scores) AS k(key, score)
WHERE c.list = 'home' AND c.subject_id = %s AND k.key = ANY(%s)
"""


def replay(*, days: int = DAYS, at: datetime | None = None) -> dict[str, Any]:
    """Mean reciprocal place of what was opened, in the order as shown, by today's lists, and by chance."""
    now = clock.at_or_now(at)
    rows = Slate.objects.filter(
        surface=Surface.HOME.value, made_at__gt=now - timedelta(days=days), person__isnull=False
    ).exclude(opened=[])
    shown, anew, chance, lists = [], [], [], 0
    dice = random.Random(7)
    for row in rows.order_by("-pk")[:LISTS_MOST]:
        opened = {row.keys[place - 1] for place in row.opened if 1 <= place <= len(row.keys)}
        seen = row.keys[: max(row.opened)]
        scores = _scores(row.person_id, seen)
        again = sorted(seen, key=lambda key: -scores.get(key, 0.0))
        mixed = dice.sample(seen, len(seen))
        lists += 1
        for key in opened:
            shown.append(1 / (seen.index(key) + 1))
            anew.append(1 / (again.index(key) + 1))
            chance.append(1 / (mixed.index(key) + 1))
    return {
        "lists": lists,
        "opened": len(shown),
        "as_shown": _mean(shown),
        "by_todays_model": _mean(anew),
        "by_chance": _mean(chance),
    }


def _scores(person_id: int | None, keys: list[int]) -> dict[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [person_id, keys])
        return dict(cursor.fetchall())


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0

"""Experiments: every exposure computed again from salt and layer, by arithmetic of its own.

The hash is not one that the database knows, so this is the one check that is not a statement: rows stream
through, and the bucket and the arm are drawn again from the definition (keyed BLAKE2b, 8 bytes, big-endian).
"""

import json
from collections.abc import Iterator
from hashlib import blake2b

from django.db import connection

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I17",
        "a bucket of a layer belongs to the running or paused experiment that was given it",
        "SELECT count(*) FROM experiments_claim",
        """
        SELECT 'experiment ' || e.code AS subject, 'holds bucket ' || c.bucket || ' as ' || e.state AS problem
        FROM experiments_claim c JOIN experiments_experiment e ON e.id = c.experiment_id
        WHERE e.state NOT IN ('running', 'paused') OR NOT c.bucket = ANY(e.buckets) OR c.layer <> e.layer
        """,
    ),
    Check(
        "I17",
        "nobody was shown an experiment before it started",
        "SELECT count(*) FROM experiments_exposure",
        """
        SELECT 'experiment ' || e.code AS subject, 'shown at ' || x.first_at AS problem
        FROM experiments_exposure x JOIN experiments_experiment e ON e.id = x.experiment_id
        WHERE e.started_at IS NULL OR x.first_at < e.started_at
        """,
    ),
    Check(
        "I17",
        "a timed price was given in its windows alone, and the same share came off for everybody",
        "SELECT count(*) FROM orders_orderadjustment WHERE rule = 'timed_price'",
        """
        SELECT 'order ' || o.code AS subject, a.reference || ' took off ' || -a.amount_minor AS problem
        FROM orders_orderadjustment a JOIN orders_order o ON o.id = a.order_id
        LEFT JOIN timed_prices_window w ON w.code = a.reference
        LEFT JOIN timed_prices_timedprice p ON p.id = w.price_id
        LEFT JOIN orders_orderline l ON l.order_id = o.id AND l.variant_id = a.variant_id
        WHERE a.rule = 'timed_price' AND (
            w.id IS NULL OR o.placed_at < w.starts_at OR o.placed_at >= w.ends_at + interval '10 minutes'
            OR a.amount_minor % l.quantity <> 0
            OR a.amount_minor <> -(l.unit_minor * p.off_bps / 10000) * l.quantity
        )
        """,
    ),
)
TITLE = "whoever was shown an arm is the one whom the hash gives it to"
_FORMS = (
    "SELECT id, code, layer, salt, buckets, arms FROM experiments_experiment WHERE started_at IS NOT NULL"
)
_SHOWN = """
SELECT experiment_id, unit, arm FROM experiments_exposure
WHERE experiment_id = %s AND unit NOT LIKE 'x:%%' AND unit > %s ORDER BY unit LIMIT 20000
"""


def count_and_find() -> tuple[int, list[str]]:
    """How many exposures there are with a name, and those that the hash does not give."""
    checked, wrong = 0, []
    with connection.cursor() as cursor:
        cursor.execute(_FORMS)
        forms = cursor.fetchall()
    for number, code, layer, salt, buckets, arms in forms:
        kept = json.loads(arms) if isinstance(arms, str) else arms
        for unit, arm in _shown(number):
            checked += 1
            due = _arm(salt, unit, [(one["key"], one["weight"]) for one in kept])
            if _draw(f"layer:{layer}", unit, 100) not in buckets:
                wrong.append(f"experiment {code}: {unit[:6]}… is in none of its buckets")
            elif due != arm:
                wrong.append(f"experiment {code}: {unit[:6]}… was shown {arm}, due is {due}")
    return checked, wrong


def _shown(experiment_id: int) -> Iterator[tuple[str, str]]:
    last = ""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_SHOWN, [experiment_id, last])
            rows = cursor.fetchall()
        for _, unit, arm in rows:
            yield unit, arm
        if not rows:
            return
        last = rows[-1][1]


def _draw(key: str, unit: str, size: int) -> int:
    digest = blake2b(unit.encode(), key=key.encode()[:64], digest_size=8).hexdigest()
    return int(digest, 16) * size >> 64


def _arm(salt: str, unit: str, arms: list[tuple[str, int]]) -> str:
    places = [key for key, weight in arms for _ in range(weight)]
    return places[_draw(salt, unit, len(places))]

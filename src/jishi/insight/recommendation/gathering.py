"""Everything a model may learn from, out of the tables and the lake, as arrays. Heavy process only.

Goods and notes are items of one model: what somebody bought and what they liked speak for each other. It
reads the tables of lower domains with one set-based statement each. Invariant: nothing of a person who
switched personalisation off is read into a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
from django.db import connection

from jishi.insight.behavior import queries as behavior
from jishi.insight.recommendation import queries
from jishi.insight.recommendation.contracts import Signals
from jishi.insight.recommendation.matrices import Array
from jishi.kernel import words

BEHAVIOUR_FOR = timedelta(days=90)
NOTES_MOST = 300_000
TITLE_WORDS = 16

_PEOPLE = """
SELECT u.id FROM accounts_user u
LEFT JOIN feed_choice f ON f.person_id = u.id
LEFT JOIN LATERAL (SELECT c.given FROM privacy_consent c WHERE c.person_id = u.id
                   AND c.purpose = 'personalisation' ORDER BY c.id DESC LIMIT 1) w ON true
WHERE u.is_active AND coalesce(w.given, %(default)s) AND coalesce(f.is_personalised, true) ORDER BY u.id
"""
_GOODS = """
SELECT p.id, p.category_id, p.shop_id, p.brand_id, p.tags, coalesce(c.ancestor_ids, '{}'),
    (SELECT string_agg(value, ' ') FROM jsonb_each_text(p.title))
FROM catalog_product p JOIN catalog_listing l ON l.product_id = p.id
LEFT JOIN catalog_category c ON c.id = p.category_id
WHERE l.is_visible AND l.price_from_minor IS NOT NULL ORDER BY p.id
"""
_NOTES = """
SELECT n.id, n.author_id, n.title, array_agg(DISTINCT t.topic_id) FILTER (WHERE t.topic_id IS NOT NULL),
    array_agg(DISTINCT p.product_id) FILTER (WHERE p.product_id IS NOT NULL)
FROM (SELECT id, author_id, title FROM notes_note WHERE state = 'published' AND visibility = 'public'
      AND repost_of_id IS NULL ORDER BY published_no DESC LIMIT %(most)s) n
LEFT JOIN notes_notetopic t ON t.note_id = n.id LEFT JOIN notes_pin p ON p.note_id = n.id
GROUP BY 1, 2, 3 ORDER BY n.id
"""
_TAKEN = """
SELECT o.buyer_id, l.product_id, extract(epoch FROM o.paid_at)::bigint, o.id
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
WHERE o.paid_at IS NOT NULL AND o.state NOT IN ('refunding', 'refunded')
UNION ALL
SELECT person_id, -note_id, extract(epoch FROM created_at)::bigint, -id * 2 FROM notes_like
UNION ALL
SELECT person_id, -note_id, extract(epoch FROM created_at)::bigint, -id * 2 - 1 FROM notes_favourite
"""
_CARTS = """
SELECT c.person_id, v.product_id FROM checkout_cartline l JOIN checkout_cart c ON c.id = l.cart_id
JOIN catalog_variant v ON v.id = l.variant_id WHERE c.person_id IS NOT NULL
"""
_LINKS = "SELECT follower_id, followee_id FROM graph_follow WHERE state = 'active'"
_SEEN = """
SELECT DISTINCT user_id, CASE WHEN kind = 'product_viewed' THEN product_id ELSE -note_id END AS key
FROM read_parquet({files}, hive_partitioning = false)
WHERE kind IN ('product_viewed', 'note_viewed') AND user_id > 0 AND NOT coalesce(is_bot, false)
  AND coalesce(product_id, note_id) IS NOT NULL
"""


@dataclass(frozen=True)
class Gathered:
    """Signals with the numbers that people and items have in the tables."""

    signals: Signals
    people: Array
    keys: Array


def gather(*, at: datetime) -> Gathered:
    """Read everything there is to learn from."""
    default = queries.is_default_on()
    people = _column(_rows(_PEOPLE, {"default": default}), 0)
    goods = _rows(_GOODS)
    notes = _rows(_NOTES, {"most": NOTES_MOST})
    keys = np.array([row[0] for row in goods] + [-row[0] for row in notes], np.int64)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    tokens, group = _described(goods, notes)
    taken = _table(_rows(_TAKEN), 4)
    person, item, keep = _placed(people, keys, taken[:, 0], taken[:, 1])
    others = {
        name: pair
        for name, rows in (("cart", _table(_rows(_CARTS), 2)), ("seen", _seen(at)))
        if len((pair := _placed(people, keys, rows[:, 0], rows[:, 1])[:2])[0])
    }
    links = _table(_rows(_LINKS), 2)
    one, two, _ = _placed(people, people, links[:, 0], links[:, 1])
    signals = Signals(
        people=len(people),
        items=len(keys),
        person=person,
        item=item,
        at=taken[keep, 2] if len(person) else None,
        basket=taken[keep, 3] if len(person) else None,
        links=(one, two) if len(one) else None,
        others=others,
        tokens=[tokens[n] for n in order],
        group=np.array([group[n] for n in order], np.int64),
    )
    return Gathered(signals, people, keys)


def _rows(statement: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def _column(rows: list[tuple[Any, ...]], number: int) -> Array:
    return np.array([row[number] for row in rows], np.int64)


def _table(rows: list[tuple[Any, ...]], width: int) -> Array:
    return np.array(rows, np.int64).reshape(len(rows), width)


def _placed(people: Array, keys: Array, who: Array, what: Array) -> tuple[Array, Array, Array]:
    """Row and column numbers of pairs whose both sides are known, and which those are."""
    if not len(who) or not len(people) or not len(keys):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    row = np.minimum(np.searchsorted(people, who), len(people) - 1)
    col = np.minimum(np.searchsorted(keys, what), len(keys) - 1)
    keep = np.flatnonzero((people[row] == who) & (keys[col] == what))
    return row[keep], col[keep], keep


def _seen(at: datetime) -> Array:
    """What people really looked at, from the lake."""
    files = behavior.lake(since=(at - BEHAVIOUR_FOR).date()).files
    if not files:
        return np.zeros((0, 2), np.int64)
    listed = "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in files) + "]"
    with duckdb.connect(config={"threads": "1", "memory_limit": "512MB"}) as engine:
        return _table(engine.execute(_SEEN.format(files=listed)).fetchall(), 2)


def _described(
    goods: list[tuple[Any, ...]], notes: list[tuple[Any, ...]]
) -> tuple[list[list[str]], list[int]]:
    """Words and attributes of every item, and its group: a category, or minus a topic."""
    tokens: list[list[str]] = []
    group: list[int] = []
    of_product: dict[int, list[str]] = {}
    for product_id, category, shop, brand, tags, ancestors, title in goods:
        traits = [f"c{one}" for one in (*ancestors, category) if one]
        traits += [f"s{shop}", *([f"b{brand}"] if brand else []), *(f"t{tag}" for tag in tags or ())]
        of_product[product_id] = traits
        tokens.append([*traits, f"p{product_id}", *_words(title)])
        group.append(category or 0)
    for _note_id, author, title, topics, pinned in notes:
        traits = [f"a{author}", *(f"h{topic}" for topic in topics or ())]
        for product_id in pinned or ():
            traits += [f"p{product_id}", *of_product.get(product_id, ())]
        tokens.append([*traits, *_words(title)])
        group.append(-min(topics) if topics else 0)
    return tokens, group


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in words.words_of(text or "") if len(word) > 1))[:TITLE_WORDS]

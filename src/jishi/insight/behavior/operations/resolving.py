"""What a row cannot know by itself: ids of public codes, who a browser belongs to, what people allow, who was
forgotten. Each with one statement for all rows; lower domains' tables are read for that.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from jishi.insight.behavior import queries, rules, schema
from jishi.insight.behavior.rows import Row
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose

_PRODUCTS = """
SELECT id, code, shop_id, category_id FROM catalog_product WHERE code = ANY(%s) OR id = ANY(%s)
"""
_NOTES = "SELECT code, id FROM notes_note WHERE code = ANY(%s)"
_SHOPS = "SELECT slug, id FROM merchants_shop WHERE slug = ANY(%s)"
_SHARERS = "SELECT code, sharer_id FROM shares_sharelink WHERE code = ANY(%s) AND sharer_id IS NOT NULL"
SAID = """
SELECT DISTINCT ON (person_id) person_id, given FROM privacy_consent
WHERE purpose = %s AND person_id = ANY(%s) ORDER BY person_id, id DESC
"""
_FORGOTTEN = "SELECT unnest(user_ids), asked_at FROM behavior_erasure WHERE user_ids && %s::bigint[]"


def fetch(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return all rows of a statement; none is asked when there is nothing to ask about."""
    if not any(parameters):
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _wanted(rows: Iterable[Row], name: str) -> list[Any]:
    return sorted({row[name] for row in rows if row[name]})


def fill_ids(rows: Sequence[Row]) -> None:
    """Turn codes into ids, and add what belongs to a product and who made a share link."""
    found = fetch(_PRODUCTS, _wanted(rows, "_product"), _wanted(rows, "product_id"))
    by_code = {code: row for row in found for code in [row[1]]}
    by_id = {row[0]: row for row in found}
    notes = dict(fetch(_NOTES, _wanted(rows, "_note")))
    shops = dict(fetch(_SHOPS, _wanted(rows, "_shop")))
    sharers = dict(fetch(_SHARERS, _wanted(rows, "share_code")))
    if not (found or notes or shops or sharers):
        return
    for row in rows:
        product = by_code.get(row["_product"]) or by_id.get(row["product_id"])
        if product is not None:
            row["product_id"] = product[0]
            row["shop_id"] = row["shop_id"] or product[2]
            row["category_id"] = row["category_id"] or product[3]
        row["note_id"] = row["note_id"] or notes.get(row["_note"])
        row["shop_id"] = row["shop_id"] or shops.get(row["_shop"])
        sharer = sharers.get(row["share_code"]) if row["share_code"] else None
        if sharer is not None and row["from_user_id"] is None and sharer != row["person_id"]:
            row["from_user_id"] = sharer


def missing(row: Row) -> str:
    """Return the first column without which this kind means nothing, or the empty string."""
    return next((name for name in schema.BY_NAME[row["kind"]].required if not row[name]), "")


def name_people(rows: Sequence[Row]) -> None:
    """Give unnamed events to the person their browser belongs to."""
    visitors = {row["visitor"] for row in rows if row["person_id"] is None and row["visitor"]}
    links = queries.persons_of(visitors) if visitors else {}
    for row in rows:
        known = links.get(row["visitor"]) if row["person_id"] is None else None
        person_id = rules.person_at(known, row["ts"]) if known else None
        if person_id is not None:
            row["person_id"] = row["user_id"] = person_id


def allowed(rows: Sequence[Row]) -> tuple[list[Row], int]:
    """Return the rows that may be kept, and how many may not.

    A fact that carries out a contract is kept without the person; the shop must know what it sold.
    """
    people = sorted({row["person_id"] for row in rows if row["person_id"] is not None})
    said = dict(fetch(SAID, Purpose.ANALYTICS.value, people)) if people else {}
    default = privacy.default(Purpose.ANALYTICS)
    kept, refused = [], 0
    for row in rows:
        person_id = row["person_id"]
        if row["source"] == "file" or (said.get(person_id, default) if person_id is not None else default):
            kept.append(row)
        elif schema.BY_NAME[row["kind"]].is_contract:
            kept.append(_nobodys(row))
        else:
            refused += 1
    return kept, refused


def _nobodys(row: Row) -> Row:
    """Take everything out of a row that says who it was."""
    row.update(person_id=None, visitor="", session_id="", region="", from_user_id=None)
    row["user_id"] = rules.visitor_number(row["event_id"])
    return row


def without_forgotten(rows: Sequence[Row]) -> tuple[list[Row], int]:
    """Leave out people who asked to be forgotten, and their names as sharers.

    What one of their browsers did before the wish goes with them; afterwards it is somebody new.
    """
    numbers = {row["user_id"] for row in rows} | {row["from_user_id"] for row in rows if row["from_user_id"]}
    numbers |= {rules.visitor_number(row["visitor"]) for row in rows if row["visitor"]}
    gone = dict(fetch(_FORGOTTEN, sorted(numbers))) if numbers else {}
    if not gone:
        return list(rows), 0
    kept = []
    for row in rows:
        user, browser = row["user_id"], rules.visitor_number(row["visitor"]) if row["visitor"] else 0
        is_person = user > 0 and user in gone
        asked_at = gone.get(user) or (gone.get(browser) if row["person_id"] is None else None)
        if is_person or (asked_at is not None and row["ts"] <= asked_at):
            if schema.BY_NAME[row["kind"]].is_contract:
                kept.append(_nobodys(row))
            continue
        if row["from_user_id"] in gone:
            row["from_user_id"] = None
        kept.append(row)
    return kept, len(rows) - len(kept)


def flag_floods(rows: Sequence[Row]) -> int:
    """Mark browsers that do more within a minute than a person can; returns how many rows are no person's."""
    counted = Counter((row["user_id"], row["ts"].timestamp() // 60) for row in rows if row["source"] == "web")
    floods = {user for (user, _), count in counted.items() if count > rules.MOST_PER_MINUTE}
    for row in rows:
        if row["user_id"] in floods and row["source"] == "web":
            row["is_bot"] = True
    return sum(row["is_bot"] for row in rows)

"""What the variables of a message are worth for many people at once.

Set-based statements over tables of lower domains, whose own queries are made for one reader; only what a
message names is read. What brought somebody in is taken from the key of their way, and where the key does not
name it (who may come once comes under no key) from the newest of its kind before they came.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from jishi.growth.campaigns import mornings, ports, rules
from jishi.growth.campaigns.contracts import Draft, Step, StepKind, Trigger
from jishi.growth.campaigns.variables import Money, Thing, Value
from jishi.growth.publishing import queries as calendar
from jishi.kernel.text import both

Values = dict[int, dict[str, Value | None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody a message is for: why and when they came in, and where they live."""

    person_id: int
    key: str
    entered_at: datetime
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Scene:
    """What everybody's message has in common. `steps` are those before the message."""

    draft: Draft
    steps: Sequence[Step]
    at: datetime


_PEOPLE = "SELECT id, nickname, joined_at FROM accounts_user WHERE id = ANY(%(people)s)"
_ORDERS = """
SELECT buyer_id, count(*), coalesce(sum(total_minor) FILTER (WHERE currency = %(currency)s), 0),
    %(at)s::date - max(paid_at)::date
FROM orders_order WHERE buyer_id = ANY(%(people)s) AND paid_at IS NOT NULL GROUP BY 1
"""
_CART = """
SELECT c.person_id, sum(l.quantity) FROM checkout_cart c JOIN checkout_cartline l ON l.cart_id = c.id
WHERE c.person_id = ANY(%(people)s) GROUP BY 1
"""
_TEAMS = """
SELECT DISTINCT ON (s.person_id) s.person_id, t.code, t.size - t.seats_taken - t.seats_virtual, t.deadline_at,
    p.title->>'zh-hans', p.title->>'en'
FROM plays_seat s JOIN plays_team t ON t.id = s.team_id AND t.state = 'open' AND t.deadline_at > %(at)s
JOIN catalog_variant v ON v.id = s.variant_id JOIN catalog_product p ON p.id = v.product_id
WHERE s.person_id = ANY(%(people)s) AND s.state = 'taken'
ORDER BY s.person_id, t.deadline_at, t.id
"""
_BY_CODE = """
SELECT w.id, p.code, p.title->>'zh-hans', p.title->>'en', m.name->>'zh-hans', m.name->>'en'
FROM unnest(%(people)s::bigint[], %(codes)s::text[]) AS w(id, code)
JOIN catalog_product p ON p.code = w.code JOIN merchants_shop m ON m.id = p.shop_id
"""
_IN_CART = """
SELECT DISTINCT ON (c.person_id) c.person_id, p.code, p.title->>'zh-hans', p.title->>'en',
    m.name->>'zh-hans', m.name->>'en'
FROM checkout_cart c JOIN checkout_cartline l ON l.cart_id = c.id
JOIN catalog_variant v ON v.id = l.variant_id JOIN catalog_product p ON p.id = v.product_id
JOIN merchants_shop m ON m.id = p.shop_id
WHERE c.person_id = ANY(%(people)s) ORDER BY c.person_id, l.added_at DESC, l.id DESC
"""
# The order of the key, else the newest that had this happen before they came in.
_ORDER = """
SELECT w.id, o.code, o.total_minor, o.currency, m.name->>'zh-hans', m.name->>'en', i.product_code, i.title
FROM unnest(%(people)s::bigint[], %(codes)s::text[], %(since)s::timestamptz[]) AS w(id, code, since)
CROSS JOIN LATERAL (
    SELECT o.* FROM orders_order o JOIN orders_orderevent e ON e.order_id = o.id AND e.to_state = %(state)s
    WHERE o.buyer_id = w.id AND (o.code = w.code OR w.code = '' AND e.at <= w.since)
    ORDER BY e.at DESC, o.id DESC LIMIT 1) o
JOIN merchants_shop m ON m.id = o.shop_id
JOIN orders_orderline i ON i.order_id = o.id AND i.position = (
    SELECT min(n.position) FROM orders_orderline n WHERE n.order_id = o.id)
"""
_NOTE = """
SELECT w.id, n.code, n.title FROM unnest(%(people)s::bigint[], %(codes)s::text[], %(since)s::timestamptz[])
    AS w(id, code, since)
CROSS JOIN LATERAL (
    SELECT n.code, n.title FROM notes_note n WHERE n.author_id = w.id AND n.state = 'published'
        AND (n.code = w.code OR w.code = '' AND n.published_at <= w.since)
    ORDER BY n.published_at DESC, n.id DESC LIMIT 1) n
"""
_HAPPENED = {"order_paid": "paid", "order_received": "received", "order_expired": "expired"}


def read(names: set[str], asked: Sequence[Asked], scene: Scene) -> Values:
    """The values of these variables for these people; what is not known is left out."""
    found: Values = {one.person_id: {} for one in asked}
    for wanted, provide in _PROVIDERS:
        if names & wanted and asked:
            for person_id, values in provide(asked, scene).items():
                found[person_id] |= {name: value for name, value in values.items() if name in names}
    return found


def product_of(key: str) -> str:
    """The code of the product for which somebody came in, or nothing."""
    return key.split(":")[2] if key.startswith(("stock:", "again:")) and key.count(":") == 2 else ""


def _rows(statement: str, asked: Sequence[Asked], **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"people": [one.person_id for one in asked], **params})
        return cursor.fetchall()


def _named(zh_hans: str | None, en: str | None) -> dict[str, str]:
    return both(zh_hans or en or "", en or zh_hans or "")


def _people(asked: Sequence[Asked], scene: Scene) -> Values:
    zones = {one.person_id: ZoneInfo(one.zone) for one in asked}
    return {
        person_id: {"nickname": nickname, "joined": joined.astimezone(zones[person_id]).date()}
        for person_id, nickname, joined in _rows(_PEOPLE, asked)
    }


def _orders(asked: Sequence[Asked], scene: Scene) -> Values:
    currency = scene.draft.currency
    return {
        person_id: {"orders": count, "spent": Money(int(spent), currency), "days_since": days}
        for person_id, count, spent, days in _rows(_ORDERS, asked, currency=currency, at=scene.at)
    }


def _carts(asked: Sequence[Asked], scene: Scene) -> Values:
    return {person_id: {"cart": int(count)} for person_id, count in _rows(_CART, asked)}


def _teams(asked: Sequence[Asked], scene: Scene) -> Values:
    return {
        person_id: {
            "team": Thing(_named(zh_hans, en), f"/g/{code}/"),
            "team_left": left,
            "team_until": until,
        }
        for person_id, code, left, until, zh_hans, en in _rows(_TEAMS, asked, at=scene.at)
    }


def _goods(asked: Sequence[Asked], scene: Scene) -> Values:
    if scene.draft.trigger == Trigger.FACT:
        return _orders_of_fact(asked, scene)
    if scene.draft.trigger == Trigger.CART:
        found = _rows(_IN_CART, asked)
    else:
        found = _rows(_BY_CODE, asked, codes=[product_of(one.key) for one in asked])
    return {
        person_id: {"product": Thing(_named(zh_hans, en), f"/p/{code}/"), "shop": _named(shop_zh, shop_en)}
        for person_id, code, zh_hans, en, shop_zh, shop_en in found
    }


def _orders_of_fact(asked: Sequence[Asked], scene: Scene) -> Values:
    state = _HAPPENED.get(scene.draft.trigger_key, "")
    return {
        person_id: {
            "order": Thing(both(code, code), f"/orders/{code}/"),
            "order_total": Money(total, currency),
            "shop": _named(shop_zh, shop_en),
            "product": Thing(both(title, title), f"/p/{product}/"),
        }
        for person_id, code, total, currency, shop_zh, shop_en, product, title in _of_fact(
            _ORDER, asked, scene, state=state
        )
    }


def _notes(asked: Sequence[Asked], scene: Scene) -> Values:
    return {
        person_id: {"note": Thing(both(title, title), f"/notes/{code}/")}
        for person_id, code, title in _of_fact(_NOTE, asked, scene)
    }


def _of_fact(statement: str, asked: Sequence[Asked], scene: Scene, **params: Any) -> list[tuple[Any, ...]]:
    start = f"{scene.draft.trigger_key[:20]}:"
    codes = [one.key.removeprefix(start) if one.key.startswith(start) else "" for one in asked]
    return _rows(statement, asked, codes=codes, since=[one.entered_at for one in asked], **params)


def _festivals(asked: Sequence[Asked], scene: Scene) -> Values:
    found: Values = {}
    key = rules.read_festival(scene.draft.trigger_key)
    for one in asked:
        day = _day_of(one, key)
        if day is not None:
            came = one.entered_at.astimezone(ZoneInfo(one.zone)).date()
            found[one.person_id] = {
                "festival": day[1],
                "festival_on": day[0],
                "festival_days": max(0, (day[0] - came).days),
            }
    return found


def _day_of(one: Asked, key: Any) -> tuple[date, Mapping[str, str]] | None:
    parts = one.key.split(":")
    if len(parts) == 3 and parts[0] == "festival":
        on = date.fromisoformat(parts[2])
        return next(((day.on, day.name) for day in calendar.list_days_of(parts[1]) if day.on == on), None)
    found = mornings.next_day(key, at=one.entered_at, zone=ZoneInfo(one.zone)) if key else None
    return (found.on, found.name) if found else None


def _days(asked: Sequence[Asked], scene: Scene) -> Values:
    """The day of the year on which somebody came in, as the house counts days."""
    return {one.person_id: {"birthday": one.entered_at.astimezone(rules.HOUSE).date()} for one in asked}


def _years(asked: Sequence[Asked], scene: Scene) -> Values:
    came = {one.person_id: one.entered_at.astimezone(rules.HOUSE).date() for one in asked}
    joined = {pk: at.astimezone(rules.HOUSE).year for pk, _, at in _rows(_PEOPLE, asked)}
    return {pk: {"years": came[pk].year - year or None} for pk, year in joined.items()}


def _gifts(asked: Sequence[Asked], scene: Scene) -> Values:
    """What the last giving step gives; one that is not there any more has no name."""
    step = next((one for one in reversed(scene.steps) if one.kind == StepKind.GRANT), None)
    grant = ports.grants().get(str(step.params.get("kind"))) if step else None
    name = dict(grant.choices()).get(str(step.params.get("value"))) if step and grant else None
    return {one.person_id: {"gift": name} for one in asked}


_PROVIDERS: tuple[tuple[frozenset[str], Callable[[Sequence[Asked], Scene], Values]], ...] = (
    (frozenset({"nickname", "joined"}), _people),
    (frozenset({"orders", "spent", "days_since"}), _orders),
    (frozenset({"cart"}), _carts),
    (frozenset({"team", "team_left", "team_until"}), _teams),
    (frozenset({"product", "shop", "order", "order_total"}), _goods),
    (frozenset({"note"}), _notes),
    (frozenset({"festival", "festival_on", "festival_days"}), _festivals),
    (frozenset({"birthday"}), _days),
    (frozenset({"years"}), _years),
    (frozenset({"gift"}), _gifts),
)

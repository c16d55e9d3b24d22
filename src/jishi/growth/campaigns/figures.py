"""Sums over campaigns: arms, days, spread, objections. One statement each over this domain's tables and those
of lower ones; nothing but sums comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from jishi.growth.campaigns import rules
from jishi.growth.campaigns.contracts import DayLine, Part, Usual

WEEKS_BEFORE = 4

BY_ARM = """
SELECT DISTINCT ON (person_id) person_id, arm, entered_at AS first_at FROM campaigns_enrolment
WHERE campaign_id = %s AND arm <> 'test' ORDER BY person_id, entered_at
"""
"""Everybody by the arm that was drawn, from when they came in first."""
BY_SPLIT = """
SELECT DISTINCT ON (e.person_id) e.person_id, f.outcome AS arm, f.at AS first_at
FROM campaigns_enrolment e JOIN campaigns_effect f ON f.enrolment_id = e.id
WHERE e.campaign_id = %s AND f.step = %s AND e.arm <> 'test' ORDER BY e.person_id, f.at
"""
_ARMS = """
SELECT arm, count(DISTINCT person_id), count(DISTINCT person_id) FILTER (WHERE goal_at IS NOT NULL)
FROM campaigns_enrolment WHERE campaign_id = %s AND arm <> 'test' GROUP BY 1
"""
_OBJECTIONS = """
WITH reached AS (
    SELECT e.person_id, min(f.at) AS at FROM campaigns_effect f
    JOIN campaigns_enrolment e ON e.id = f.enrolment_id
    WHERE e.campaign_id = %(campaign)s AND e.arm <> 'test' AND f.kind = 'send' AND f.outcome = 'sent'
        AND f.at >= %(since)s AND f.at <= %(upto)s GROUP BY 1
)
SELECT count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM campaigns_objection o WHERE o.person_id = r.person_id AND o.at >= r.at
        AND (o.campaign_id = %(campaign)s OR o.campaign_id IS NULL))
    OR EXISTS (SELECT 1 FROM privacy_consent c WHERE c.person_id = r.person_id AND NOT c.given
        AND c.purpose = 'personalisation' AND c.at >= r.at))
FROM reached r
"""
_TREATED = """
SELECT DISTINCT person_id FROM campaigns_enrolment WHERE campaign_id = %(campaign)s AND arm = 'treated'
"""
_DAYS = f"""
SELECT (o.paid_at AT TIME ZONE 'Asia/Shanghai')::date, count(*) FROM orders_order o
JOIN ({_TREATED}) t ON t.person_id = o.buyer_id
WHERE o.paid_at >= %(since)s AND o.paid_at < %(upto)s GROUP BY 1
"""  # noqa: S608 - built from a constant
_SENT = """
SELECT (f.at AT TIME ZONE 'Asia/Shanghai')::date, count(*) FROM campaigns_effect f
JOIN campaigns_enrolment e ON e.id = f.enrolment_id
WHERE e.campaign_id = %(campaign)s AND e.arm <> 'test' AND f.kind = 'send' AND f.outcome = 'sent'
    AND f.at >= %(since)s AND f.at < %(upto)s GROUP BY 1
"""
_SPREAD = """
WITH RECURSIVE treated AS (
    SELECT person_id, min(entered_at) AS at FROM campaigns_enrolment
    WHERE campaign_id = %(campaign)s AND arm = 'treated' GROUP BY 1
), links AS (
    SELECT l.id, l.sharer_id, l.depth FROM shares_sharelink l
    JOIN treated t ON t.person_id = l.sharer_id AND l.created_at >= t.at
), chain AS (
    SELECT id, 0 AS hop FROM links
    UNION
    SELECT l.id, c.hop + 1 FROM shares_sharelink l JOIN chain c ON c.id = l.parent_id WHERE c.hop < 20
), further AS (
    SELECT id, max(hop) AS hop FROM chain GROUP BY id HAVING min(hop) > 0
)
SELECT (SELECT count(*) FROM treated t WHERE EXISTS (
        SELECT 1 FROM orders_order o WHERE o.buyer_id = t.person_id AND o.paid_at >= t.at)
        AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.buyer_id = t.person_id AND o.paid_at < t.at)),
    (SELECT count(DISTINCT sharer_id) FROM links),
    (SELECT count(*) FROM shares_sharevisit v JOIN links ON links.id = v.link_id),
    (SELECT count(DISTINCT s.buyer_id) FROM shares_shareorder s
        JOIN (SELECT DISTINCT id FROM chain) c ON c.id = s.link_id),
    (SELECT count(*) FROM shares_sharevisit v JOIN further ON further.id = v.link_id),
    (SELECT coalesce(max(hop), 0) FROM further)
"""
_PARTS = {
    "offer": """
        SELECT count(*), coalesce(sum(o.total_minor), 0), count(DISTINCT o.buyer_id) FROM orders_order o
        WHERE o.paid_at IS NOT NULL AND o.code IN (SELECT s.order_code FROM plays_seat s
            JOIN plays_team t ON t.id = s.team_id JOIN plays_offer f ON f.id = t.offer_id
            WHERE f.code = %s)""",
    "flash": """
        SELECT count(*), coalesce(sum(o.total_minor), 0), count(DISTINCT o.buyer_id) FROM orders_order o
        WHERE o.paid_at IS NOT NULL AND o.code IN (SELECT c.order_code FROM flash_sales_claim c
            JOIN flash_sales_item i ON i.id = c.item_id JOIN flash_sales_slot s ON s.id = i.slot_id
            WHERE s.code = %s)""",
    "lottery": """
        SELECT 0, 0, count(DISTINCT e.person_id) FROM lotteries_entry e
        JOIN lotteries_lottery l ON l.id = e.lottery_id WHERE l.code = %s""",
    "landing": "SELECT 0, 0, coalesce(sum(sign_ups), 0) FROM merchandising_landingpage WHERE slug = %s",
    "journey": """
        SELECT count(*), coalesce(sum(o.total_minor), 0), count(DISTINCT o.buyer_id) FROM orders_order o
        JOIN (SELECT e.person_id, min(e.entered_at) AS at FROM campaigns_enrolment e
            JOIN campaigns_campaign c ON c.id = e.campaign_id
            WHERE c.code = %s AND e.arm = 'treated' GROUP BY 1) t
            ON t.person_id = o.buyer_id AND o.paid_at >= t.at""",
}


@dataclass(frozen=True, slots=True)
class Spread:
    """First-time buyers; sharers with their visits and the buyers they brought; visits through links that
    others made from theirs, and over how many hops."""

    gained: int
    sharers: int
    visits: int
    brought: int
    onward: int
    hops: int


def arms(campaign_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """People by arm, and those of them who did what the campaign is for."""
    found = _rows(_ARMS, [campaign_id])
    return {arm: n for arm, n, _ in found}, {arm: goals for arm, _, goals in found}


def objections(campaign_id: int, *, since: datetime, at: datetime) -> tuple[int, int]:
    """People whom a message reached, and those of them who objected afterwards."""
    params = {"campaign": campaign_id, "since": since, "upto": at}
    reached, objected = _rows(_OBJECTIONS, params)[0]
    return int(reached), int(objected)


def spent(campaign_id: int) -> int:
    """What the steps cost so far."""
    return int(_rows("SELECT spent_minor FROM campaigns_purse WHERE campaign_id = %s", [campaign_id])[0][0])


def spread(campaign_id: int) -> Spread:
    """Who came to buy, and who came through them."""
    return Spread(*(int(n) for n in _rows(_SPREAD, {"campaign": campaign_id})[0]))


def days(campaign_id: int, *, since: datetime, at: datetime) -> tuple[DayLine, ...]:
    """Orders a day of the treated, and the mean of the same weekday in the four weeks before the start."""
    start = since - timedelta(weeks=WEEKS_BEFORE)
    counts: dict[date, int] = dict(_rows(_DAYS, {"campaign": campaign_id, "since": start, "upto": at}))
    first, last = _day(since), _day(at)
    before: dict[int, list[int]] = {}
    for back in range(1, WEEKS_BEFORE * 7 + 1):
        day = first - timedelta(days=back)
        before.setdefault(day.weekday(), []).append(counts.get(day, 0))
    found = []
    for number in range(min(60, max(0, (last - first).days + 1))):
        day = first + timedelta(days=number)
        usual = before[day.weekday()]
        found.append(DayLine(day.isoformat(), counts.get(day, 0), round(sum(usual) / len(usual), 2)))
    return tuple(found)


def usual(campaign_id: int, *, since: datetime, at: datetime) -> Usual | None:
    """Orders of the treated on whole days beside the four weeks before the start; None on the first day."""
    start = since - timedelta(weeks=WEEKS_BEFORE, days=1)
    counts: dict[date, int] = dict(_rows(_DAYS, {"campaign": campaign_id, "since": start, "upto": at}))
    # The day of the start is neither before nor after, and today is not over.
    first, today = _day(since), _day(at)
    whole = [first + timedelta(days=n) for n in range(1, min(61, (today - first).days))]
    if not whole:
        return None
    before: dict[int, list[int]] = {}
    for back in range(1, WEEKS_BEFORE * 7 + 1):
        day = first - timedelta(days=back)
        before.setdefault(day.weekday(), []).append(counts.get(day, 0))
    expected, low, high = rules.usual_range(before, [day.weekday() for day in whole])
    return Usual(len(whole), sum(counts.get(day, 0) for day in whole), expected, low, high)


def _day(at: datetime) -> date:
    """The day of the house, as the statements count it."""
    return at.astimezone(rules.HOUSE).date()


def correlation(campaign_id: int, *, since: datetime, at: datetime) -> float | None:
    """How messages and orders go together day by day (Pearson); None with less than a week or no change."""
    params = {"campaign": campaign_id, "since": since, "upto": at}
    ordered, sent = dict(_rows(_DAYS, params)), dict(_rows(_SENT, params))
    first = _day(since)
    length = (_day(at) - first).days + 1
    if length < 7:
        return None
    span = [first + timedelta(days=n) for n in range(length)]
    return pearson([sent.get(day, 0) for day in span], [ordered.get(day, 0) for day in span])


def pearson(a: Sequence[float], b: Sequence[float]) -> float | None:
    """The correlation of two series of one length."""
    n = len(a)
    mean_a, mean_b = sum(a) / n, sum(b) / n
    var_a, var_b = sum((x - mean_a) ** 2 for x in a), sum((x - mean_b) ** 2 for x in b)
    if not var_a or not var_b:
        return None
    both = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return round(both / (var_a * var_b) ** 0.5, 3)


def part(one: Part) -> tuple[int, int, int]:
    """Orders, money and people of one part of a festival; a lottery and a page have people only."""
    orders, amount, people = _rows(_PARTS[one.kind], [one.code])[0]
    return int(orders), int(amount), int(people)


def _rows(statement: str, params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()

"""Letting people in, set by set: one statement draws who is held out, and writes every way at once.

Invariant: the database's keys let each person in once per reason and one way at a time, so any batch may be
repeated, and two workers may do the same one. Whoever objected to personal offers or to being looked at is
not let in. The draw depends on the campaign's salt and the person alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jishi.growth.campaigns import mornings, rules
from jishi.growth.campaigns.contracts import Flow, Kind, State, Trigger
from jishi.growth.campaigns.errors import CampaignNotFound
from jishi.growth.campaigns.models import Campaign, Enrolment
from jishi.growth.campaigns.operations.writing import put
from jishi.growth.merchandising import queries as merchandising
from jishi.kernel import clock
from jishi.people.accounts import queries as accounts
from jishi.people.privacy import queries as privacy

BATCH = 25_000
AT_ONCE = 8
CART_OLD = timedelta(days=3)
CART_USUAL_H = 4
OCCASIONS = (Trigger.ANNIVERSARY, Trigger.BIRTHDAY, Trigger.STOCK, Trigger.FESTIVAL, Trigger.HOOK)
"""What happens to somebody again and again: each time is a reason of its own, and lets them in once."""
STOCK_NEWS = timedelta(days=3)
STOCK_GONE = timedelta(hours=1)
"""A product that was gone for less was only promised to somebody who did not pay."""

# `found` yields person_id, and key where it differs by person.
_ENROL = """
INSERT INTO campaigns_enrolment
    (campaign_id, version_id, person_id, key, arm, state, step, step_at, due_at, tries, entered_at)
SELECT %(campaign)s, %(version)s, p.person_id, p.key, d.arm,
    CASE d.arm WHEN 'holdout' THEN 'held' ELSE 'active' END, %(step)s, %(at)s,
    CASE d.arm WHEN 'holdout' THEN NULL ELSE %(at)s::timestamptz END, 0, %(at)s
FROM ({found}) p
JOIN accounts_user u ON u.id = p.person_id AND u.is_active
CROSS JOIN LATERAL (
    SELECT CASE WHEN ('x' || left(md5(%(salt)s || ':' || p.person_id), 8))::bit(32)::bigint %% 10000
        < %(holdout)s THEN 'holdout' ELSE 'treated' END AS arm
) d
WHERE coalesce((SELECT c.given FROM privacy_consent c WHERE c.person_id = p.person_id
        AND c.purpose = 'personalisation' ORDER BY c.id DESC LIMIT 1), %(default)s)
    AND (%(reentry)s::interval IS NULL OR NOT EXISTS (
        SELECT 1 FROM campaigns_enrolment b WHERE b.campaign_id = %(campaign)s
        AND b.person_id = p.person_id AND b.entered_at > %(at)s::timestamptz - %(reentry)s::interval))
    AND (%(segment)s = '' OR EXISTS (
        SELECT 1 FROM portraits_membership m JOIN portraits_segment s ON s.id = m.segment_id
        WHERE s.code = %(segment)s AND s.archived_at IS NULL AND m.person_id = p.person_id))
ON CONFLICT DO NOTHING
"""
_GIVEN = "SELECT unnest(%(people)s::bigint[]) AS person_id, %(key)s AS key"
_MEMBERS = """
SELECT m.person_id, %(key)s AS key FROM portraits_membership m
JOIN portraits_segment s ON s.id = m.segment_id AND s.code = %(source)s AND s.archived_at IS NULL
WHERE m.person_id > %(after)s AND m.person_id <= %(upto)s
"""
_EVERYBODY = """
SELECT a.id AS person_id, %(key)s AS key FROM accounts_user a WHERE a.id > %(after)s AND a.id <= %(upto)s
"""
_UPTO_MEMBER = """
SELECT max(person_id) FROM (SELECT m.person_id FROM portraits_membership m
JOIN portraits_segment s ON s.id = m.segment_id AND s.code = %s
WHERE m.person_id > %s ORDER BY m.person_id LIMIT %s) few
"""
_UPTO_ANYBODY = "SELECT max(id) FROM (SELECT id FROM accounts_user WHERE id > %s ORDER BY id LIMIT %s) few"
_CARTS = """
SELECT c.person_id, 'cart:' || extract(epoch FROM c.updated_at)::bigint AS key FROM checkout_cart c
WHERE c.person_id IS NOT NULL AND c.updated_at <= %(at)s::timestamptz - %(left_for)s::interval
    AND c.updated_at > %(at)s::timestamptz - %(old)s::interval
    AND EXISTS (SELECT 1 FROM checkout_cartline l WHERE l.cart_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.buyer_id = c.person_id
        AND o.placed_at >= c.updated_at)
"""
_BIRTHDAYS = """
SELECT b.person_id, %(key)s AS key FROM accounts_birthday b WHERE b.day_index = ANY(%(days)s)
"""
# Who has it in the cart or keeps a note that shows it. Who asked to be told is told by the stock itself.
# One product at a time: who waits for two of them hears of the second when the way of the first is done.
_RETURNED = """
SELECT DISTINCT ON (w.person_id) w.person_id, 'stock:' || a.id || ':' || p.code AS key
FROM inventory_absence a JOIN catalog_product p ON p.id = a.product_id
JOIN catalog_listing l ON l.product_id = a.product_id AND l.in_stock
CROSS JOIN LATERAL (
    SELECT c.person_id FROM catalog_variant v JOIN checkout_cartline i ON i.variant_id = v.id
    JOIN checkout_cart c ON c.id = i.cart_id
    WHERE v.product_id = a.product_id AND c.person_id IS NOT NULL AND i.added_at < a.ended_at
    UNION SELECT f.person_id FROM notes_pin n JOIN notes_favourite f ON f.note_id = n.note_id
    WHERE n.product_id = a.product_id AND f.created_at < a.ended_at
) w
WHERE a.ended_at > %(at)s::timestamptz - %(news)s::interval AND a.ended_at <= %(at)s
    AND a.ended_at - a.since >= %(gone)s::interval
    AND NOT EXISTS (SELECT 1 FROM inventory_waiting k WHERE k.product_id = a.product_id
        AND k.person_id = w.person_id AND k.asked_at < a.ended_at
        AND coalesce(k.told_at, %(at)s) >= a.ended_at)
    AND NOT EXISTS (SELECT 1 FROM campaigns_enrolment e WHERE e.campaign_id = %(campaign)s
        AND e.person_id = w.person_id AND e.key = 'stock:' || a.id || ':' || p.code)
ORDER BY w.person_id, a.ended_at, a.id
"""
# Whom the recommender expects to want something again about now, by their own rhythm and everybody's. The key
# names the purchase before: who buys again is a new reason, a forecast that is made anew is not.
_AGAIN = """
SELECT DISTINCT ON (d.person_id) d.person_id,
    'again:' || extract(epoch FROM o.last_at)::bigint || ':' || p.code AS key
FROM recommendation_due d JOIN catalog_product p ON p.id = d.product_id
JOIN catalog_listing l ON l.product_id = d.product_id AND l.in_stock
CROSS JOIN LATERAL (
    SELECT max(o.paid_at) AS last_at FROM orders_order o JOIN orders_orderline i ON i.order_id = o.id
    WHERE o.buyer_id = d.person_id AND i.product_id = d.product_id AND o.paid_at IS NOT NULL
) o
WHERE d.early_at <= %(at)s AND d.late_at > %(at)s AND o.last_at < d.early_at
    AND NOT EXISTS (SELECT 1 FROM campaigns_enrolment e WHERE e.campaign_id = %(campaign)s
        AND e.person_id = d.person_id
        AND e.key = 'again:' || extract(epoch FROM o.last_at)::bigint || ':' || p.code)
ORDER BY d.person_id, d.due_at, p.code
"""
_FESTIVE = """
SELECT a.id AS person_id, %(key)s AS key FROM accounts_user a
LEFT JOIN notifications_reach r ON r.person_id = a.id
WHERE a.id > %(after)s AND a.id <= %(upto)s AND coalesce(r.time_zone, 'Asia/Shanghai') = ANY(%(zones)s)
"""
_ANNIVERSARIES = """
SELECT a.id AS person_id, %(key)s AS key FROM accounts_user a
WHERE to_char(a.joined_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD') = %(day)s
    AND a.joined_at < %(at)s::timestamptz - interval '300 days'
"""


def enrol(*, code: str, person_ids: Sequence[int], key: str = "", at: datetime | None = None) -> int:
    """Let people into a campaign that runs, for a reason of the caller's (a prediction, a list): once per
    key. Returns how many came in.

    :raises CampaignNotFound: there is none.
    """
    row = Campaign.objects.filter(code=code).first()
    if row is None:
        raise CampaignNotFound
    return _enter(row.pk, clock.at_or_now(at), _GIVEN, people=sorted(set(person_ids)), key=key[:60])


def on_people(
    *, trigger: str, key: str, person_ids: Sequence[int], reason: str, at: datetime | None = None
) -> int:
    """Let people into every running campaign that waits for this; returns how many came in."""
    moment = clock.at_or_now(at)
    waiting = Campaign.objects.filter(state=State.RUNNING, trigger=trigger, kind=Kind.JOURNEY)
    if trigger in (Trigger.ENTERED, Trigger.LEFT):
        waiting = waiting.filter(segment=key)
    elif trigger == Trigger.STAGE:
        before, _, after = key.partition(">")
        waiting = waiting.filter(trigger_key__in=[key, f"{before}>", f">{after}"])
    else:
        waiting = waiting.filter(trigger_key=key)
    people, count = sorted(set(person_ids)), 0
    for campaign_id in waiting.order_by("pk").values_list("pk", flat=True):
        count += _enter(campaign_id, moment, _GIVEN, people=people, key=reason[:60])
    return count


def enrol_due(at: datetime) -> int:
    """Let whole segments in, some tens of thousands at a time; returns how many people came in."""
    came = 0
    for _ in range(AT_ONCE):
        due = Campaign.objects.filter(state=State.RUNNING, enrol_due_at__lte=at).order_by("enrol_due_at")
        campaign_id = due.values_list("pk", flat=True).first()
        if campaign_id is None:
            break
        came += _enrol_some(campaign_id, at)
    return came


def watch_due(at: datetime) -> int:
    """Let in who left a cart standing, whose day it is, whose goods are back, and who is expected to want
    something again; returns how many."""
    came, local = 0, at.astimezone(rules.HOUSE)
    watching = Campaign.objects.filter(
        state=State.RUNNING, trigger__in=[Trigger.CART, *OCCASIONS], kind=Kind.JOURNEY
    )
    for row in watching.order_by("pk"):
        if row.trigger == Trigger.CART:
            hours = timedelta(hours=int(row.trigger_key or CART_USUAL_H))
            came += _enter(row.pk, at, _CARTS, left_for=hours, old=hours + CART_OLD)
        elif row.trigger == Trigger.BIRTHDAY:
            days = list(accounts.birthday_indexes(local.date()))
            came += _enter(row.pk, at, _BIRTHDAYS, key=f"birthday:{local:%Y}", days=days)
        elif row.trigger == Trigger.STOCK:
            came += _enter(row.pk, at, _RETURNED, news=STOCK_NEWS, gone=STOCK_GONE)
        elif row.trigger == Trigger.HOOK:
            came += _enter(row.pk, at, _AGAIN)
        elif row.trigger == Trigger.ANNIVERSARY:
            came += _enter(row.pk, at, _ANNIVERSARIES, key=f"year:{local:%Y}", day=f"{local:%m-%d}")
    return came


def _enrol_some(campaign_id: int, at: datetime) -> int:
    """The next batch of a segment, in a transaction with the mark how far it went."""
    with transaction.atomic(), connection.cursor() as cursor:
        row = Campaign.objects.select_for_update(skip_locked=True).filter(pk=campaign_id).first()
        if row is None or row.state != State.RUNNING or row.enrol_due_at is None or row.enrol_due_at > at:
            return 0
        if row.trigger == Trigger.FESTIVAL:
            return _enrol_festive(cursor, row, at)
        if row.segment:
            cursor.execute(_UPTO_MEMBER, [row.segment, row.enrol_after, BATCH])
        else:
            cursor.execute(_UPTO_ANYBODY, [row.enrol_after, BATCH])
        upto = cursor.fetchone()[0]
        if upto is None:
            again = row.enrol_due_at + timedelta(days=row.repeat_days) if row.repeat_days else None
            put(row, enrol_after=0, enrol_due_at=again)
            return 0
        key = f"day:{row.enrol_due_at:%Y%m%d}" if row.repeat_days else ""
        found = _MEMBERS if row.segment else _EVERYBODY
        span = {"after": row.enrol_after, "upto": upto, "key": key, "source": row.segment}
        came = _insert(cursor, row, at, found, **span)
        put(row, enrol_after=upto)
    return came


def _enrol_festive(cursor: Any, row: Campaign, at: datetime) -> int:
    """The next batch of those for whom it is the morning of the day; behind the last one comes the next
    morning, somewhere else or in another year. The key names the day, so nobody comes twice for it."""
    key = rules.read_festival(row.trigger_key)
    if key is None or row.enrol_due_at is None:
        put(row, enrol_due_at=None)
        return 0
    found, upto = mornings.find_open(key, since=row.enrol_due_at, at=at), None
    if found is not None and (row.enrol_after or _lives_somebody(cursor, found[1])):
        cursor.execute(_UPTO_ANYBODY, [row.enrol_after, BATCH])
        upto = cursor.fetchone()[0]
    if found is None or upto is None:
        put(row, enrol_after=0, enrol_due_at=mornings.next_after(key, row.enrol_due_at, at=at))
        return 0
    day, zones = found
    span = {"after": row.enrol_after, "upto": upto, "zones": zones, "key": f"festival:{day.code}:{day.on}"}
    if day.regions and not key.everywhere:
        cursor.execute(_FESTIVE, span)
        living = [person_id for person_id, _ in cursor.fetchall()]
        people = merchandising.who_lives_in(day.regions, person_ids=living)
        came = _insert(cursor, row, at, _GIVEN, people=people, key=span["key"])
    else:
        came = _insert(cursor, row, at, _FESTIVE, **span)
    put(row, enrol_after=upto)
    return came


def _lives_somebody(cursor: Any, zones: Sequence[str]) -> bool:
    """Whether anybody lives by one of these clocks; who never said so lives by that of the house."""
    if str(rules.HOUSE) in zones:
        return True
    cursor.execute("SELECT EXISTS (SELECT 1 FROM notifications_reach WHERE time_zone = ANY(%s))", [zones])
    return bool(cursor.fetchone()[0])


def _enter(campaign_id: int, at: datetime, found: str, **params: Any) -> int:
    """Let the found people in while the campaign runs and its time has come."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A share of the row: a pause that is committed is seen, one that is coming waits for us.
        cursor.execute("SELECT 1 FROM campaigns_campaign WHERE id = %s FOR SHARE", [campaign_id])
        row = Campaign.objects.get(pk=campaign_id)
        is_open = (row.starts_at is None or row.starts_at <= at) and (row.ends_at is None or at < row.ends_at)
        if row.state != State.RUNNING or not is_open:
            return 0
        return _insert(cursor, row, at, found, **params)


def _insert(cursor: Any, row: Campaign, at: datetime, found: str, **params: Any) -> int:
    live = row.live
    if live is None or not live.steps:
        return 0
    is_source = row.trigger in (Trigger.SEGMENT, Trigger.ENTERED, Trigger.LEFT)
    # Who may not come again comes under one key for ever, whatever the reason was this time.
    once = row.reentry_days == 0 and not row.repeat_days and row.trigger not in OCCASIONS
    if row.trigger in OCCASIONS:
        # Who was held out for an earlier one is compared for it no longer, and drawn anew into this one.
        over = at - timedelta(days=row.goal_days)
        held = Enrolment.objects.filter(campaign=row, state=Flow.HELD, entered_at__lte=over)
        held.update(state=Flow.DONE, ended_at=at)
    text = f"SELECT f.person_id, '' AS key FROM ({found}) f" if once else found  # noqa: S608 - constants
    cursor.execute(
        _ENROL.format(found=text),
        {
            **params,
            "campaign": row.pk,
            "version": live.pk,
            "step": live.steps[0]["key"],
            "at": at,
            "salt": row.salt,
            "holdout": row.holdout_bps,
            "default": privacy.default(privacy.Purpose.PERSONALISATION),
            "reentry": timedelta(days=row.reentry_days) if row.reentry_days else None,
            "segment": "" if is_source else row.segment,
        },
    )
    return int(cursor.rowcount)

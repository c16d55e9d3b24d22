"""Reserving seats for many people at once: one statement decides who gets the last ones.

No Django: the lane uses it. Connection and seekers in, outcomes out. Offers and teams are locked in
statements of their own, in id order and in the engine's order offer, team, so that any number of settlers and
the ordinary operations stay safe beside each other. Reserved seats whose time is over are given back first.
The next statement sees everything that was committed before, and decides in the order of arrival: who has a
seat already, who may not, who fits.

A reserved seat fills a place and nothing else: units, budget and limits are counted when an order takes it
over (`operations.hold_seat`), with all checks of an ordinary purchase. What is looked at here besides keeps
people from taking places that they could never order with.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakSet

import psycopg

from jishi.promotions.plays.contracts import SeatOutcome, Seeker

RESERVED_S = 300
"""How long a seat waits for its order."""
MOST_RESERVED = 3
"""Seats of different teams that may wait for one person at a time."""
MOST_SPENT = 2
"""So often a person may let a seat of the same team lapse; afterwards there is the ordinary way."""

BATCH = """
SELECT id FROM plays_offer WHERE id IN (SELECT offer_id FROM plays_team WHERE code = ANY(%(wanted)s))
ORDER BY id FOR NO KEY UPDATE;
SELECT id FROM plays_team WHERE code = ANY(%(wanted)s) ORDER BY id FOR NO KEY UPDATE;
EXECUTE plays_lapsed (%(at)s, %(wanted)s);
EXECUTE plays_reserve (%(at)s, %(wanted)s, %(teams)s, %(people)s, %(epochs)s, %(codes)s)
"""
"""One transaction, sent as one message: between two the rows would stay locked for nothing."""

# Whoever leads, or is the only one in a team, takes more with them than a place: that is the sweep's.
LAPSED = """
PREPARE plays_lapsed (timestamptz, text[]) AS
WITH lapsed AS (
    UPDATE plays_seat s SET state = 'released', left_at = coalesce($1, clock_timestamp()) FROM plays_team t
    WHERE s.team_id = t.id AND t.code = ANY($2) AND t.seats_taken > 0 AND NOT s.is_leader
      AND s.state = 'held' AND s.reserved_until <= coalesce($1, clock_timestamp())
    RETURNING s.team_id
)
UPDATE plays_team t SET seats_held = t.seats_held - l.seats
FROM (SELECT team_id, count(*) AS seats FROM lapsed GROUP BY 1) AS l WHERE t.id = l.team_id
"""

# The answers, in the order in which they are looked for.
_VERDICT = f"""
CASE
    WHEN t.id IS NULL THEN 'unknown'
    WHEN u.id IS NULL THEN 'stranger'
    WHEN own.reserved_until IS NOT NULL THEN 'yours'
    WHEN own.order_code IS NOT NULL THEN 'member'
    WHEN t.is_over THEN 'closed'
    WHEN t.is_ordinary THEN 'ordinary'
    WHEN t.for_newcomers AND EXISTS (
        SELECT 1 FROM orders_order o
        WHERE o.buyer_id = a.person_id AND o.paid_at IS NOT NULL) THEN 'newcomers'
    WHEN EXISTS (
        SELECT 1 FROM plays_tally y WHERE y.offer_id = t.offer_id AND y.scope IN ('person', 'teams')
          AND y.key = 'p' || a.person_id AND y.used >= y.most) THEN 'limit'
    WHEN t.is_sold_out THEN 'sold_out'
    WHEN past.spent >= {MOST_SPENT} THEN 'spent'
    WHEN past.waiting + a.nth >= {MOST_RESERVED} THEN 'many'
    ELSE 'fits'
END
"""  # noqa: S608 - made of constants
RESERVE = f"""
PREPARE plays_reserve (timestamptz, text[], int[], bigint[], int[], text[]) AS
WITH teams AS MATERIALIZED (
    SELECT t.id, t.code, t.offer_id, t.seats_held, n.at,
           t.size - t.seats_taken - t.seats_held - t.seats_virtual AS free,
           least(n.at + interval '{RESERVED_S} seconds', t.deadline_at) AS until,
           t.state <> 'open' OR n.at >= t.deadline_at AS is_over,
           o.audience_kind <> '' AS is_ordinary,
           coalesce(o.params ->> 'newcomers_only', 'no') <> 'no' AS for_newcomers,
           coalesce(o.units_claimed >= o.stock_limit, false) AS is_sold_out,
           (SELECT p.variant_id FROM plays_offerprice p WHERE p.offer_id = o.id
            ORDER BY p.price_minor, p.variant_id LIMIT 1) AS variant_id
    FROM (SELECT coalesce($1, clock_timestamp()) AS at) AS n
    CROSS JOIN plays_team t JOIN plays_offer o ON o.id = t.offer_id
    WHERE t.code = ANY($2) AND t.state <> 'starting'
), asked AS MATERIALIZED (
    SELECT a.*, row_number() OVER (PARTITION BY a.team_code, a.person_id ORDER BY a.no) AS turn,
           row_number() OVER (PARTITION BY a.person_id ORDER BY a.no) - 1 AS nth
    FROM (SELECT ($2)[x.team_no] AS team_code, x.person_id, x.epoch, x.seat_code, x.no
          FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS x(team_no, person_id, epoch, seat_code, no)) AS a
), judged AS MATERIALIZED (
    SELECT a.no, a.team_code, a.person_id, a.seat_code, t.id AS team_id, t.free, t.seats_held, t.at, t.until,
           t.variant_id, own.order_code, own.reserved_until, {_VERDICT} AS verdict
    FROM asked a
    LEFT JOIN teams t ON t.code = a.team_code
    LEFT JOIN accounts_user u ON u.id = a.person_id AND u.is_active AND u.token_epoch = a.epoch
    LEFT JOIN LATERAL (
        SELECT s.order_code, s.reserved_until FROM plays_seat s
        WHERE s.team_id = t.id AND s.person_id = a.person_id AND s.state IN ('held', 'taken')
        LIMIT 1) AS own ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE s.team_id = t.id AND s.state = 'released') AS spent,
               count(*) FILTER (WHERE s.team_id <> t.id AND s.state = 'held' AND s.reserved_until > t.at)
                   AS waiting
        FROM plays_seat s WHERE s.person_id = a.person_id AND s.reserved_until IS NOT NULL) AS past ON true
    WHERE a.turn = 1
), decided AS MATERIALIZED (
    SELECT j.*, j.verdict = 'fits' AND count(*) FILTER (WHERE j.verdict = 'fits')
        OVER (PARTITION BY j.team_id ORDER BY j.no) <= j.free AS has_won
    FROM judged j
), seats AS (
    INSERT INTO plays_seat (
        team_id, person_id, order_code, variant_id, quantity, state, is_leader, move_ok, keeps_place, held_at,
        held_until, lapses_at, reserved_until)
    SELECT team_id, person_id, seat_code, variant_id, 1, 'held', false, false, false, at, until, until, until
    FROM decided WHERE has_won ORDER BY no
), won AS MATERIALIZED (
    SELECT team_id, count(*) AS seats FROM decided WHERE has_won GROUP BY team_id
), counters AS (
    UPDATE plays_team t SET seats_held = t.seats_held + w.seats FROM won w WHERE t.id = w.team_id
)
SELECT d.team_code, d.person_id,
       CASE WHEN d.has_won THEN 'won' WHEN d.verdict = 'fits' THEN 'full' ELSE d.verdict END,
       CASE WHEN d.verdict = 'member' THEN d.order_code ELSE '' END,
       CASE WHEN d.has_won THEN d.until ELSE d.reserved_until END,
       coalesce(d.free - coalesce(w.seats, 0), 0), coalesce(d.seats_held + coalesce(w.seats, 0), 0)
FROM decided d LEFT JOIN won w ON w.team_id = d.team_id
"""  # noqa: S608 - made of constants

FIND = """
SELECT CASE WHEN s.reserved_until IS NULL THEN 'member' ELSE 'yours' END,
       CASE WHEN s.reserved_until IS NULL THEN s.order_code ELSE '' END, s.reserved_until,
       t.size - t.seats_taken - t.seats_held - t.seats_virtual, t.seats_held
FROM plays_team t JOIN plays_seat s ON s.team_id = t.id AND s.person_id = %s AND s.state IN ('held', 'taken')
WHERE t.code = %s
"""

_prepared: WeakSet[psycopg.AsyncConnection[Any]] = WeakSet()


async def settle(
    connection: psycopg.AsyncConnection[Any], *, seekers: Sequence[Seeker], at: datetime | None = None
) -> list[SeatOutcome]:
    """Reserve seats for as many as there are, first come first served; durable when this returns.

    The outcomes come in the order of the seekers. Without a moment the database's own clock counts. The
    connection is the settler's own, in autocommit: the batch is a transaction by itself.
    """
    wanted = sorted({seeker.team_code for seeker in seekers})
    if connection not in _prepared:
        await connection.execute(LAPSED)
        await connection.execute(RESERVE)
        _prepared.add(connection)
    cursor = psycopg.AsyncClientCursor(connection)
    await cursor.execute(BATCH, _values(seekers, wanted, at))
    while cursor.nextset():
        pass
    rows = await cursor.fetchall()
    found = {(row[0], row[1]): SeatOutcome(*row[2:]) for row in rows}
    return [found[seeker.team_code, seeker.person_id] for seeker in seekers]


async def find(
    connection: psycopg.AsyncConnection[Any], *, team_code: str, person_id: int
) -> SeatOutcome | None:
    """Return a person's seat in a team, reserved or with an order; None when they have none."""
    cursor = await connection.execute(FIND, [person_id, team_code])
    row = await cursor.fetchone()
    return None if row is None else SeatOutcome(*row)


def _values(seekers: Sequence[Seeker], wanted: Sequence[str], at: datetime | None) -> dict[str, Any]:
    assert all(code.isalnum() for code in wanted)
    places = {code: str(number) for number, code in enumerate(wanted, 1)}
    return {
        "at": at,
        "wanted": _array(wanted),
        "teams": _array(places[seeker.team_code] for seeker in seekers),
        "people": _array(str(seeker.person_id) for seeker in seekers),
        "epochs": _array(str(seeker.epoch) for seeker in seekers),
        "codes": _array(seeker.seat_code for seeker in seekers),
    }


def _array(words: Iterable[str]) -> str:
    """Write numbers and codes of ours as an array; none of them needs quoting."""
    return f"{{{','.join(words)}}}"

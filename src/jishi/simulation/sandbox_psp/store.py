"""The provider's memory: payments, refunds, answers already given, and webhooks still to deliver.

A state changes together with the events that tell of it, in one transaction under the payment's row lock.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS sandbox_psp;
CREATE TABLE IF NOT EXISTS sandbox_psp.payment (
    id text PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    description text NOT NULL,
    return_url text NOT NULL,
    webhook_url text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'processing', 'paid', 'refused')),
    reason text NOT NULL DEFAULT '',
    refuse_refunds int NOT NULL DEFAULT 0,
    refund_delay_s int NOT NULL DEFAULT 0,
    settles_at timestamptz,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS payment_settles ON sandbox_psp.payment (settles_at) WHERE settles_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS sandbox_psp.refund (
    id text PRIMARY KEY,
    payment_id text NOT NULL REFERENCES sandbox_psp.payment,
    reference text NOT NULL UNIQUE,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    state text NOT NULL CHECK (state IN ('pending', 'succeeded')),
    settles_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS refund_payment ON sandbox_psp.refund (payment_id);
CREATE INDEX IF NOT EXISTS refund_settles ON sandbox_psp.refund (settles_at) WHERE settles_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS sandbox_psp.answer (
    key text PRIMARY KEY, fingerprint text NOT NULL, status int NOT NULL, body text NOT NULL
);
CREATE TABLE IF NOT EXISTS sandbox_psp.delivery (
    id text PRIMARY KEY,
    event_id text NOT NULL,
    url text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'given_up', 'lost')),
    tries int NOT NULL DEFAULT 0,
    status int NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS delivery_due ON sandbox_psp.delivery (due_at) WHERE state = 'waiting';
"""
READY = "SELECT to_regclass('sandbox_psp.delivery') IS NOT NULL"

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]


@dataclass(frozen=True, slots=True)
class Told:
    """How the shop shall hear of an event: how often, after how long, or not at all."""

    copies: int = 1
    delay_s: int = 0
    lost: bool = False


ONCE = Told()


def prepare(dsn: str, *, role: str = "") -> None:
    """Create the schema if it is missing, and let ``role`` use it. For whoever may create schemas."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('sandbox_psp'))")
        connection.execute(SCHEMA)
        if role:
            grants = (
                "GRANT USAGE ON SCHEMA sandbox_psp TO {}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sandbox_psp TO {}",
            )
            for grant in grants:
                connection.execute(sql.SQL(grant).format(sql.Identifier(role)))


async def open_pool(dsn: str) -> Pool:
    """A small pool on a prepared schema; it is created here where the role may."""
    pool: Pool = AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=4,
        open=False,
        kwargs={"autocommit": True, "row_factory": dict_row},
    )
    await pool.open(wait=True, timeout=15)
    async with pool.connection() as connection:
        row = await (await connection.execute(READY)).fetchone()
        if row is None or not next(iter(row.values())):
            await connection.execute(SCHEMA)
    return pool


def new_id(prefix: str) -> str:
    """An unguessable id."""
    return f"{prefix}_{secrets.token_urlsafe(12)}"


async def find_payment(connection: Connection, *, payment_id: str) -> DictRow | None:
    """A payment by our id."""
    return await _one(connection, "SELECT * FROM sandbox_psp.payment WHERE id = %s", payment_id)


async def find_by_reference(connection: Connection, reference: str, *, lock: bool = False) -> DictRow | None:
    """A payment by the shop's reference."""
    query = "SELECT * FROM sandbox_psp.payment WHERE reference = %s"
    return await _one(connection, query + (" FOR UPDATE" if lock else ""), reference)


async def lock_payment(connection: Connection, payment_id: str) -> DictRow | None:
    """A payment by our id, locked."""
    return await _one(connection, "SELECT * FROM sandbox_psp.payment WHERE id = %s FOR UPDATE", payment_id)


async def insert_payment(connection: Connection, values: dict[str, Any]) -> DictRow:
    """Take a payment in, once per reference."""
    await connection.execute(
        "INSERT INTO sandbox_psp.payment (id, reference, amount_minor, currency, description, return_url,"
        " webhook_url, expires_at) VALUES (%(id)s, %(reference)s, %(amount_minor)s, %(currency)s,"
        " %(description)s, %(return_url)s, %(webhook_url)s, %(expires_at)s)"
        " ON CONFLICT (reference) DO NOTHING",
        {**values, "id": new_id("pay")},
    )
    row = await find_by_reference(connection, values["reference"])
    assert row is not None
    return row


async def change_payment(connection: Connection, payment_id: str, **values: Any) -> DictRow:
    """Write a payment's new state and return it."""
    columns = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values)
    query = sql.SQL(
        "UPDATE sandbox_psp.payment SET {}, changed_at = clock_timestamp() WHERE id = %s RETURNING *"
    )
    cursor = await connection.execute(query.format(columns), [*values.values(), payment_id])
    row = await cursor.fetchone()
    assert row is not None
    return row


async def find_refund(connection: Connection, reference: str) -> DictRow | None:
    """A refund by the shop's reference."""
    return await _one(connection, "SELECT * FROM sandbox_psp.refund WHERE reference = %s", reference)


async def refunded_minor(connection: Connection, payment_id: str) -> int:
    """What was sent back or is about to be."""
    row = await _one(
        connection,
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS total"
        " FROM sandbox_psp.refund WHERE payment_id = %s",
        payment_id,
    )
    assert row is not None
    total: int = row["total"]
    return total


async def insert_refund(
    connection: Connection, *, payment_id: str, reference: str, amount_minor: int, delay_s: int
) -> DictRow:
    """Take a refund in; with a delay it is pending first."""
    cursor = await connection.execute(
        "INSERT INTO sandbox_psp.refund (id, payment_id, reference, amount_minor, state, settles_at)"
        " VALUES (%s, %s, %s, %s, %s,"
        " CASE WHEN %s > 0 THEN clock_timestamp() + %s * interval '1 s' END) RETURNING *",
        [
            new_id("ref"),
            payment_id,
            reference,
            amount_minor,
            "pending" if delay_s else "succeeded",
            delay_s,
            delay_s,
        ],
    )
    row = await cursor.fetchone()
    assert row is not None
    return row


async def tell(
    connection: Connection, payment: DictRow, kind: str, told: Told = ONCE, refund: DictRow | None = None
) -> str:
    """Write an event and its deliveries; returns the event's id, which every copy carries."""
    event_id = new_id("evt")
    data = payment_facts(payment)
    if refund is not None:
        data |= {
            "id": refund["id"],
            "amount_minor": refund["amount_minor"],
            "refund_reference": refund["reference"],
            "at": datetime.now(UTC).isoformat(),
        }
    body = json.dumps({"id": event_id, "type": kind, "data": data}, separators=(",", ":"))
    state = "lost" if told.lost else "waiting"
    for _ in range(told.copies):
        await connection.execute(
            "INSERT INTO sandbox_psp.delivery (id, event_id, url, body, state, due_at)"
            " VALUES (%s, %s, %s, %s, %s, clock_timestamp() + %s * interval '1 s')",
            [new_id("msg"), event_id, payment["webhook_url"], body, state, told.delay_s],
        )
    return event_id


def payment_facts(payment: DictRow) -> dict[str, Any]:
    """A payment as the API and the webhooks tell it."""
    return {
        "id": payment["id"],
        "reference": payment["reference"],
        "amount_minor": payment["amount_minor"],
        "currency": payment["currency"],
        "state": payment["state"],
        "reason": payment["reason"],
        "at": payment["changed_at"].astimezone(UTC).isoformat(),
    }


async def settle_due(connection: Connection) -> int:
    """Finish payments and refunds whose bank took its time; returns how many."""
    payments = await connection.execute(
        "UPDATE sandbox_psp.payment SET state = 'paid', settles_at = NULL, changed_at = clock_timestamp()"
        " WHERE id IN (SELECT id FROM sandbox_psp.payment WHERE settles_at <= clock_timestamp()"
        " FOR UPDATE SKIP LOCKED) RETURNING *"
    )
    paid = await payments.fetchall()
    for payment in paid:
        await tell(connection, payment, "payment.captured")
    refunds = await connection.execute(
        "UPDATE sandbox_psp.refund SET state = 'succeeded', settles_at = NULL"
        " WHERE id IN (SELECT id FROM sandbox_psp.refund WHERE settles_at <= clock_timestamp()"
        " FOR UPDATE SKIP LOCKED) RETURNING *"
    )
    sent = await refunds.fetchall()
    for refund in sent:
        whole = await find_payment(connection, payment_id=refund["payment_id"])
        assert whole is not None
        await tell(connection, whole, "refund.succeeded", refund=refund)
    return len(paid) + len(sent)


async def _one(connection: Connection, query: str, *values: Any) -> DictRow | None:
    cursor = await connection.execute(query, values)
    return await cursor.fetchone()

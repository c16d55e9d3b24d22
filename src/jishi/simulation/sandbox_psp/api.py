"""The REST API for the shop: create and ask payments, send and ask refunds.

Every POST needs an ``Idempotency-Key``; a repeated one gets the first answer, another body under the same key
is a conflict, and refusals are not remembered, so that a refused refund can be tried again under its key.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NoReturn

from psycopg.rows import DictRow

from jishi.simulation.sandbox_psp import store
from jishi.simulation.sandbox_psp.web import Answer, Request, json_answer

LARGEST = 2**62
CURRENCY_LETTERS = 3


class Malformed(Exception):
    """The request is not one we understand."""


async def answer(connection: store.Connection, request: Request, base_path: str, parts: list[str]) -> Answer:
    """Route a call below ``/api/``."""
    match request.method, parts:
        case "POST", ["payments"]:
            return await _once(
                connection, request, lambda body: _create(connection, request, base_path, body)
            )
        case "GET", ["payments", reference]:
            payment = await store.find_by_reference(connection, reference)
            return _found(payment and _payment(payment, request, base_path))
        case "POST", ["payments", reference, "refunds"]:
            return await _once(connection, request, lambda body: _refund(connection, reference, body))
        case "GET", ["refunds", reference]:
            refund = await store.find_refund(connection, reference)
            return _found(refund and _refund_facts(refund))
        case _:
            return json_answer(404, {"reason": "not_found"})


def _found(facts: dict[str, Any] | None) -> Answer:
    return json_answer(200, facts) if facts else json_answer(404, {"reason": "not_found"})


async def _once(connection: store.Connection, request: Request, effect: Any) -> Answer:
    """The first answer of a key, for ever; 409 while the first is being made."""
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= 200:
        return json_answer(400, {"reason": "idempotency_key"})
    scoped = f"{request.path}\n{key}"
    digest = hashlib.sha256(request.body).hexdigest()
    async with connection.transaction():
        cursor = await connection.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 11)) AS got", [scoped]
        )
        row = await cursor.fetchone()
        if row is None or not row["got"]:
            return json_answer(409, {"reason": "in_flight"})
        cursor = await connection.execute("SELECT * FROM sandbox_psp.answer WHERE key = %s", [scoped])
        known = await cursor.fetchone()
        if known is not None:
            if known["fingerprint"] != digest:
                return json_answer(422, {"reason": "idempotency_conflict"})
            return Answer(
                known["status"],
                known["body"].encode(),
                {"content-type": "application/json", "idempotent-replay": "true"},
            )
        try:
            given: Answer = await effect(_read(request.body))
        except Malformed as error:
            return json_answer(400, {"reason": str(error)})
        if given.status < 300:
            await connection.execute(
                "INSERT INTO sandbox_psp.answer (key, fingerprint, status, body) VALUES (%s, %s, %s, %s)",
                [scoped, digest, given.status, given.body.decode()],
            )
    return given


async def _create(
    connection: store.Connection, request: Request, base_path: str, body: dict[str, Any]
) -> Answer:
    values = {
        "reference": _text(body, "reference", 64),
        "amount_minor": _amount(body),
        "currency": _currency(body),
        "description": _text(body, "description", 200),
        "return_url": _url(body, "return_url"),
        "webhook_url": _url(body, "webhook_url"),
        "expires_at": _instant(body, "expires_at"),
    }
    payment = await store.insert_payment(connection, values)
    if (payment["amount_minor"], payment["currency"]) != (values["amount_minor"], values["currency"]):
        return json_answer(422, {"reason": "reference_taken"})
    return json_answer(201, _payment(payment, request, base_path))


async def _refund(connection: store.Connection, reference: str, body: dict[str, Any]) -> Answer:
    amount, ours = _amount(body), _text(body, "reference", 64)
    payment = await store.find_by_reference(connection, reference, lock=True)
    if payment is None:
        return json_answer(404, {"reason": "not_found"})
    known = await store.find_refund(connection, ours)
    if known is not None:
        return json_answer(201, _refund_facts(known))
    if payment["state"] != "paid" or payment["currency"] != _currency(body):
        return json_answer(402, {"reason": "not_refundable"})
    if await store.refunded_minor(connection, payment["id"]) + amount > payment["amount_minor"]:
        return json_answer(402, {"reason": "more_than_paid"})
    if payment["refuse_refunds"] > 0:
        left = payment["refuse_refunds"] - 1
        await store.change_payment(connection, payment["id"], refuse_refunds=left)
        return json_answer(402, {"reason": "insufficient_funds"})
    refund = await store.insert_refund(
        connection,
        payment_id=payment["id"],
        reference=ours,
        amount_minor=amount,
        delay_s=payment["refund_delay_s"],
    )
    if refund["state"] == "succeeded":
        await store.tell(connection, payment, "refund.succeeded", refund=refund)
    return json_answer(201, _refund_facts(refund))


def _payment(payment: DictRow, request: Request, base_path: str) -> dict[str, Any]:
    pay_url = f"{request.origin}{base_path}/pay/{payment['id']}"
    return {**store.payment_facts(payment), "pay_url": pay_url}


def _refund_facts(refund: DictRow) -> dict[str, Any]:
    return {
        "id": refund["id"],
        "reference": refund["reference"],
        "amount_minor": refund["amount_minor"],
        "state": refund["state"],
        "reason": "",
    }


def _no_float(text: str) -> NoReturn:
    raise Malformed("number")


def _read(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise Malformed("json") from error
    if not isinstance(parsed, dict):
        raise Malformed("json")
    return parsed


def _amount(body: dict[str, Any]) -> int:
    amount = body.get("amount_minor")
    if type(amount) is not int or not 0 < amount <= LARGEST:
        raise Malformed("amount_minor")
    return amount


def _currency(body: dict[str, Any]) -> str:
    currency = _text(body, "currency", CURRENCY_LETTERS)
    if len(currency) != CURRENCY_LETTERS or not (currency.isascii() and currency.isupper()):
        raise Malformed("currency")
    return currency


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or "\x00" in value:
        raise Malformed(name)
    return value


def _url(body: dict[str, Any], name: str) -> str:
    url = _text(body, name, 500)
    if not url.startswith(("http://", "https://")) or any(c.isspace() or c in "\"'<>;," for c in url):
        raise Malformed(name)
    return url


def _instant(body: dict[str, Any], name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(body, name, 40))
    except ValueError as error:
        raise Malformed(name) from error
    if instant.tzinfo is None:
        raise Malformed(name)
    return instant.astimezone(UTC)

"""Answers that are given once: a request repeated with its key gets the first answer, not a second effect.

Scope is (actor, route); the body is compared as parsed JSON. The row is written in the transaction of the
effect, so that neither exists without the other. 5xx are never stored. Independent of keys, every effect
also has a permanent natural key of its own: this table may be pruned after 24 hours.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from jishi.kernel import clock, locks
from jishi.kernel.errors import N_, Conflict, Invalid

MAX_KEY = 255

# Written out: every write of the API passes here.
_FIND = "SELECT fingerprint, status, body FROM kernel_idempotentanswer WHERE scope = %s AND key = %s"
_KEEP = """
INSERT INTO kernel_idempotentanswer (scope, key, fingerprint, status, body, created_at)
VALUES (%s, %s, %s, %s, %s::jsonb, %s)
"""


class IdempotencyKeyRequired(Invalid):
    """A write needs a key, and the request has none (or an unusable one)."""

    code = "idempotency_key_required"
    message = N_("Send an Idempotency-Key header of 1 to 255 visible characters with this request.")


class IdempotencyConflict(Conflict):
    """The key was used before, with another body."""

    code = "idempotency_conflict"
    message = N_("This Idempotency-Key was already used for a different request.")


class InFlight(Conflict):
    """The first request with this key is still being worked on."""

    code = "idempotency_in_flight"
    message = N_("The same request is still being processed. Please try again in a moment.")
    retry_after_s = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, and whether it was given before."""

    status: int
    body: dict[str, Any]
    replayed: bool


def checked(key: str) -> str:
    """Return the key.

    :raises IdempotencyKeyRequired: it is missing or unusable.
    """
    if not key or len(key) > MAX_KEY or not key.isprintable():
        raise IdempotencyKeyRequired
    return key


def run(*, scope: str, key: str, body: object, effect: Callable[[], tuple[int, dict[str, Any]]]) -> Outcome:
    """Answer with ``effect()`` the first time and with the stored answer ever after.

    ``effect`` runs in the transaction of the stored answer; when it raises, nothing is stored.

    :raises IdempotencyKeyRequired: no usable key.
    :raises IdempotencyConflict: the key belongs to another body.
    :raises InFlight: the first request has not ended.
    """
    checked(key)
    fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    with transaction.atomic():
        if not locks.try_advisory("idempotency", scope, key):
            raise InFlight
        stored = _find(scope, key)
        if stored is not None:
            same, status, answer = stored
            if same != fingerprint:
                raise IdempotencyConflict
            return Outcome(status, json.loads(answer), replayed=True)
        status, body_out = effect()
        if status < 500:
            _keep(scope, key, fingerprint, status, body_out)
    return Outcome(status, body_out, replayed=False)


def _find(scope: str, key: str) -> tuple[str, int, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [scope, key])
        row: tuple[str, int, str] | None = cursor.fetchone()
    return row


def _keep(scope: str, key: str, fingerprint: str, status: int, answer: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [scope, key, fingerprint, status, json.dumps(answer), clock.now()])

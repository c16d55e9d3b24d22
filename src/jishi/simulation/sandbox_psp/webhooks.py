"""Delivers webhooks from a loop of its own: at least once, with growing pauses, until the shop says 2xx.

Copies of one event are sent at the same instant, each as a delivery with an id of its own, as providers do
that have two endpoints or two regions.
"""

import asyncio
import contextlib
import logging
import time

import httpx
from psycopg.rows import DictRow

from jishi.simulation.sandbox_psp import signing, store

log = logging.getLogger("sandbox_psp")

TRIES = 12
LONGEST_PAUSE_S = 60
IDLE_S = 1.0

CLAIM = """
UPDATE sandbox_psp.delivery SET tries = tries + 1, due_at = clock_timestamp() + interval '30 s'
WHERE id IN (SELECT id FROM sandbox_psp.delivery WHERE state = 'waiting' AND due_at <= clock_timestamp()
             ORDER BY due_at LIMIT 20 FOR UPDATE SKIP LOCKED)
RETURNING *
"""
SETTLE = """
UPDATE sandbox_psp.delivery SET state = %s, status = %s, due_at = clock_timestamp() + %s * interval '1 s'
WHERE id = %s
"""


class Postman:
    """The loop: wakes when something new is to tell, else looks once a second."""

    def __init__(self, pool: store.Pool, secret: str) -> None:
        self._pool = pool
        self._key = signing.derive_key(secret, "webhook")
        self._wake = asyncio.Event()
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(10, connect=2), trust_env=False, follow_redirects=False
        )
        self._task = asyncio.create_task(self._run(), name="sandbox-psp-webhooks")

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def close(self) -> None:
        """Stop; what was not delivered waits in its table."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self._client.aclose()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                worked = await self._round()
            except Exception:
                log.exception("sandbox webhook round failed")
                worked = 0
            if not worked:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), IDLE_S)

    async def _round(self) -> int:
        async with self._pool.connection() as connection:
            async with connection.transaction():
                settled = await store.settle_due(connection)
            due = await (await connection.execute(CLAIM)).fetchall()
        await asyncio.gather(*(self._deliver(delivery) for delivery in due))
        return settled + len(due)

    async def _deliver(self, delivery: DictRow) -> None:
        body, stamp = delivery["body"].encode(), int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "Sandbox-Pay/1",
            "webhook-id": delivery["id"],
            "webhook-timestamp": str(stamp),
            "webhook-signature": signing.signature(
                self._key, delivery_id=delivery["id"], timestamp=stamp, body=body
            ),
        }
        try:
            status = (await self._client.post(delivery["url"], content=body, headers=headers)).status_code
        except httpx.HTTPError:
            status = 0
        tries: int = delivery["tries"]
        if 200 <= status < 300:
            state = "done"
        else:
            state = "waiting" if tries < TRIES else "given_up"
        pause = min(2 ** (tries - 1), LONGEST_PAUSE_S)
        async with self._pool.connection() as connection:
            await connection.execute(SETTLE, [state, status, pause, delivery["id"]])

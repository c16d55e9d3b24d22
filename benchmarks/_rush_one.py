"""The comparison: the lane's protocol, identity and statements, but one transaction per buyer.

Sixteen connections, each locking the item's row for its own buyer. Everything else is the same code.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

from psycopg_pool import AsyncConnectionPool

from jishi.kernel import ids
from jishi.people.accounts import settle as accounts
from jishi.promotions.flash_sales import settle
from jishi.promotions.flash_sales.contracts import Buyer
from jishi.surfaces.lane import app as lane
from jishi.surfaces.lane import desk, flash, identity, rush

CONNECTIONS = 16
BUY = re.compile(r"^/lane/flash/([0-9a-z]{4,12})/buy$")

_parts: dict[str, Any] = {}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer `POST /lane/flash/ITEM/buy` with a transaction of its own."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    match = BUY.match(scope["path"])
    if match is None:
        await lane._answer(send, 200, {"ready": True})
        return
    claims = identity.caller(scope, _parts["secret"]) if identity.is_own_origin(scope) else None
    if claims is None:
        await lane._answer(send, 401, {"title": "Please sign in."})
        return
    data = json.loads(await desk.read_body(receive) or b"{}")
    wish = _parts["adapter"].read(match[1], claims, data, lambda: "")
    assert wish is not None
    buyer = Buyer(
        wish.item_code, claims.person_id, claims.epoch, wish.quantity, ids.new_code(), str(ids.uuid7())
    )
    async with _parts["pool"].connection() as connection:
        outcome = (await settle.settle(connection, buyers=[buyer]))[0]
    await lane._answer(send, *_parts["adapter"].answer(wish, outcome))


async def _live(receive: Any, send: Any) -> None:
    await receive()
    key = os.environ["JISHI_FIELD_KEYS"].split(",")[-1]
    _parts["secret"] = accounts.lane_secret(key)
    _parts["adapter"] = flash.FlashAdapter()
    _parts["pool"] = AsyncConnectionPool(
        os.environ["DATABASE_URL"],
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        open=False,
        timeout=60,
        kwargs={"autocommit": True, "options": rush.OPTIONS},
    )
    await _parts["pool"].open()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await _parts["pool"].close()
    await send({"type": "lifespan.shutdown.complete"})

"""Experiments that run, people who were shown them, and what they bought: rows in their tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from tests.factories import jotted

from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import Arm, ArmKind, Assignment, Draft, Guardrail
from jishi.kernel import clock
from jishi.kernel.ids import new_code
from jishi.people.accounts.models import User

DRAFT = Draft(
    name="Empty cart",
    hypothesis="Goods of one's taste bring people back to the cart.",
    slot="cart.empty",
    arms=(Arm("plain", ArmKind.CONTROL, 1, {"shows": "plain"}), Arm("taste", payload={"shows": "taste"})),
    measures=("buyers", "revenue"),
    guardrails=(Guardrail("abandoned", 500),),
    window_h=24,
    planned_n=1_000,
)


def start(*, at: datetime | None = None, **changes: Any) -> str:
    """An experiment that runs, asked for by one operator and confirmed by another."""
    one, two = jotted.person(is_operator=True), jotted.person(is_operator=True)
    code = experiments.create(draft=replace(DRAFT, **changes), owner_id=one, at=at)
    experiments.ask(code=code, verb="start", by=one, at=at)
    experiments.confirm(code=code, by=two, at=at)
    queries.forget_running()
    return code


def people(count: int) -> list[int]:
    """So many people at once, here for a year."""
    joined = clock.now() - timedelta(days=365)
    made = [User(code=new_code(), nickname="柿", email=None, joined_at=joined) for _ in range(count)]
    return [user.pk for user in User.objects.bulk_create(made)]


def show(code: str, those: list[int], *, at: datetime) -> dict[int, str]:
    """Everybody is shown their arm; returns who got which."""
    found: list[Assignment] = []
    for person in those:
        one = queries.assign("cart.empty", person_id=person)
        if one is not None and one.experiment == code:
            found.append(one)
    experiments.expose(found, at=at)
    return {one.person_id: one.arm for one in found if one.person_id is not None}


def buy(person: int, shop_id: int, *, at: datetime, total: int = 1_000) -> None:
    """A paid order, straight into the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders_order (code, checkout_code, buyer_id, shop_id, currency, goods_minor,
                discount_minor, delivery_minor, total_minor, commission_bps, state, intent_code, address,
                delivery_code, share_code, channel, tokens, placed_at, pay_by_at, paid_at, close_reason)
            VALUES (left(md5(random()::text), 12), left(md5(random()::text), 12), %s, %s, 'CNY', %s, 0, 0,
                %s, 0, 'paid', '', '', '', '', 'web', '{}', %s, %s, %s, '')
            """,
            [person, shop_id, total, total, at, at, at],
        )

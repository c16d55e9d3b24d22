"""`team`: a thousand people race for the last seats of a hundred teams. Nothing may be overfilled or lost.

Half of them place and pay during the race; the other half had placed earlier, lost their seat because they
did not pay in time, and pay now. Some of these agreed to another team. What became of everybody is then
counted from the tables with SQL that shares nothing with the code it judges. A second crowd of the same run
asks for the last seats of as many other teams through the rush lane, and whoever gets one orders with it. A
third one insists on the seats of larger teams while the lane and PostgreSQL itself are killed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import _team_lane
import rush

SIZE = 3
KILLED_SIZE, KILLED_ORDERS = 50, 20
"""The third crowd is twice as large as its teams; so many of those who get a seat order with it."""
ALONE, TOGETHER = 2000, 1500
TEAMS_PER_PRODUCT = 10

OVERFILLED = """
SELECT count(*) FROM plays_team t WHERE
  (SELECT count(*) FROM plays_seat s WHERE s.team_id = t.id AND s.state IN ('held', 'taken')) > t.size
  OR (t.state = 'formed'
      AND (SELECT count(*) FROM plays_seat s WHERE s.team_id = t.id AND s.state = 'taken') <> t.size)
"""
# Money came in by captures. Each captured order needs exactly one of: being paid with a seat, a full refund.
PAID_IN = """
WITH paid_in AS (
  SELECT a.order_code, sum(a.amount_minor) AS amount
  FROM payments_capture c JOIN payments_allocation a ON a.intent_id = c.intent_id GROUP BY 1
), back AS (
  SELECT order_code, sum(amount_minor) AS amount, bool_and(state = 'succeeded') AS arrived
  FROM payments_refund GROUP BY 1
), story AS (
  SELECT p.order_code, p.amount, coalesce(b.amount, 0) AS back, coalesce(b.arrived, false) AS arrived,
         o.state = 'paid' AND s.state = 'taken' AS has_seat
  FROM paid_in p LEFT JOIN back b USING (order_code)
  LEFT JOIN orders_order o ON o.code = p.order_code LEFT JOIN plays_seat s ON s.order_code = p.order_code
)
"""
LOST = (
    PAID_IN
    + "SELECT count(*) FROM story WHERE has_seat IS NOT TRUE AND back <> amount OR has_seat AND back <> 0"
)
UNREFUNDED = PAID_IN + "SELECT count(*) FROM story WHERE has_seat IS NOT TRUE AND NOT arrived"
REFUNDED = "SELECT count(*) FROM payments_refund WHERE state = 'succeeded'"
MOVED = "SELECT count(*) FROM plays_seat WHERE moved_from_id IS NOT NULL AND state = 'taken'"
FORMED = "SELECT count(*) FROM plays_team WHERE state = 'formed'"


@dataclass
class Person:
    """Somebody who can order; late ones carry the order they did not pay in time."""

    id: int
    address: Any
    late: Any = None


@dataclass
class Stage:
    """Shops, teams with one seat left, and the people who want it."""

    variants: list[int] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    teams: list[tuple[int, str]] = field(default_factory=list)
    """Number of the product, and the team's code."""


def main(arguments: Sequence[str]) -> int:
    """Run from `jishi bench team`."""
    parser = argparse.ArgumentParser(prog="jishi bench team", description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--teams", type=int, default=100)
    parser.add_argument("--threads", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lane-people", type=int, default=10_000, help="who asks through the rush lane")
    parser.add_argument("--connections", type=int, default=256, help="connections of those")
    parser.add_argument("--killed-people", type=int, default=3_000, help="who insists while all is killed")
    parser.add_argument("--json", action="store_true", help="print nothing but the result")
    chosen = parser.parse_args(arguments)
    say: Callable[[str], None] = (lambda words: None) if chosen.json else print
    result = run(
        people=chosen.people,
        teams=chosen.teams,
        threads=chosen.threads,
        seed=chosen.seed,
        say=say,
        lane_people=chosen.lane_people,
        connections=chosen.connections,
        killed_people=chosen.killed_people,
    )
    print(json.dumps(result))
    return 1 if any(result["checks"].values()) else 0


def run(
    *,
    people: int = 1000,
    teams: int = 100,
    threads: int = 24,
    seed: int = 1,
    say: Callable[[str], None] = lambda words: None,
    lane_people: int = 10_000,
    connections: int = 256,
    killed_people: int = 3_000,
) -> dict[str, Any]:
    """Set the stage, race both ways, kill everything under a third crowd, let it settle, and count."""
    from jishi.kernel import clock

    now = clock.now()
    earlier = now - timedelta(minutes=20)
    say(f"Setting up twice {teams} teams of {SIZE} with one seat left, and {people} people.")
    stage, beside = _set_stage(teams, threads, earlier), _set_stage(teams, threads, earlier)
    racers = _register(people)
    _miss_the_deadline(stage, racers[people // 2 :], earlier, threads)
    random.Random(seed).shuffle(racers)
    say("Racing.")
    began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    outcomes = _race(stage, racers, threads, now)
    seconds = time.perf_counter() - began
    spent = resource.getrusage(resource.RUSAGE_SELF)
    say("Racing through the lane.")
    lane, seats = _race_in_lane(beside, lane_people, connections, threads)
    lane["lane_ratio"] = round(lane["lane_people_per_s"] / (people / seconds), 1)
    say("Racing through the lane, with two kills.")
    database = rush._Database()
    crash, held = _race_with_kills(killed_people, threads, earlier, database)
    say("Settling: refunds are sent, every fact is delivered (again).")
    _settle(clock.now())
    paid = outcomes["paid"] + outcomes["paid late"]
    checks = {
        **seats,
        **held,
        "overfilled": _count(OVERFILLED),
        "lost_payments": _count(LOST),
        "unrefunded": _count(UNREFUNDED),
        "broken": _broken(),
    }
    result = {
        "benchmark": "team",
        "figures": {
            "people": people,
            "teams": teams,
            "threads": threads,
            "seconds": round(seconds, 2),
            "people_per_s": round(people / seconds, 1),
            "client_cpu_ms_per_person": round(
                (spent.ru_utime + spent.ru_stime - cpu.ru_utime - cpu.ru_stime) / people * 1000, 2
            ),
            "outcomes": dict(sorted(outcomes.items())),
            "payments": paid,
            "formed": _count(FORMED),
            "moved": _count(MOVED),
            "refunded": _count(REFUNDED),
            **lane,
            **crash,
        },
        "checks": checks,
    }
    database.stop()
    return result


# --- The stage --------------------------------------------------------------------------------------------


def _set_stage(teams: int, threads: int, at: datetime, size: int = SIZE, members: int = SIZE - 1) -> Stage:
    """Open a shop with offers for teams of a size, and teams that so many have joined."""
    from jishi.goods.catalog import operations as catalog
    from jishi.goods.catalog.contracts import VariantDraft
    from jishi.goods.inventory import operations as inventory
    from jishi.goods.merchants import operations as merchants
    from jishi.goods.pricing import operations as pricing
    from jishi.people.accounts import operations as accounts
    from jishi.promotions.plays import operations as plays

    owner = accounts.register(nickname="Bench", email=f"{uuid4().hex}@example.org")
    shop = merchants.open_shop(
        slug=f"bench-{uuid4().hex[:8]}", name={"en": "Bench"}, owner_id=owner.id, at=at
    )
    stage = Stage()
    for number in range((teams + TEAMS_PER_PRODUCT - 1) // TEAMS_PER_PRODUCT):
        saved = catalog.save_product(
            shop_id=shop.id,
            handle=f"bench-{number}",
            title={"en": f"Bench {number}"},
            variants=(VariantDraft(),),
            at=at,
        )
        variant = saved.variant_ids[0]
        pricing.set_prices([(variant, shop.currency, ALONE, None)], at=at)
        inventory.set_stock(rows=[(variant, 1_000_000)], shop_id=shop.id, reference=f"bench-{number}", at=at)
        offer = plays.create_offer(
            shop_id=shop.id,
            product_id=saved.product_id,
            mechanic="group_buy",
            params={"size": size, "hours": 24, "late_payment": "another_team"},
            prices={variant: TOGETHER},
            starts_at=at - timedelta(days=1),
            at=at,
        )
        stage.variants.append(variant)
        stage.offers.append(offer.code)
    crew = _register(teams * members)

    def fill(number: int) -> tuple[int, str]:
        product = number // TEAMS_PER_PRODUCT
        code = ""
        for person in crew[number * members : (number + 1) * members]:
            placed = _place(stage, product, person, code, at)
            _pay(placed, at)
            code = code or _team_of(placed)
        return product, code

    stage.teams = _each(range(teams), fill, threads)
    return stage


def _register(count: int) -> list[Person]:
    from jishi.people.accounts import operations as accounts
    from jishi.people.accounts.contracts import NewPerson

    rows = [NewPerson(nickname=f"P{n}", email=f"{uuid4().hex}@example.org") for n in range(count)]
    return [Person(person_id, _address(person_id)) for person_id in accounts.register_many(rows)]


def _address(person_id: int) -> Any:
    from jishi.people.accounts import operations as accounts

    return accounts.save_address(
        person_id=person_id,
        recipient="Racer",
        phone="13800138000",
        region="浙江省",
        city="杭州市",
        district="西湖区",
        line="1",
    )


def _miss_the_deadline(stage: Stage, people: Sequence[Person], at: datetime, threads: int) -> None:
    """Have people place for a team one after the other, and not pay in time; every second agrees to move."""
    from jishi.trade.orders import operations as orders

    chunks = [people[number :: len(stage.teams)] for number in range(len(stage.teams))]

    def miss(number: int) -> None:
        product, team = stage.teams[number]
        for place, person in enumerate(chunks[number]):
            tokens = {"move_ok": "1"} if place % 2 else {}
            person.late = _place(stage, product, person, team, at, tokens)
            orders.expire(checkout_code=person.late.checkout_code, at=at + timedelta(minutes=16))

    _each(range(len(stage.teams)), miss, threads)


# --- The race ---------------------------------------------------------------------------------------------


def _race(stage: Stage, racers: Sequence[Person], threads: int, at: datetime) -> Counter[str]:
    gate = threading.Barrier(threads)
    passed = threading.local()

    def run_one(number: int) -> str:
        if not getattr(passed, "gate", False):
            passed.gate = True
            gate.wait(60)
        person = racers[number]
        if person.late is not None:
            _pay(person.late, at)
            return "paid late"
        product, team = stage.teams[number % len(stage.teams)]
        return _try(stage, product, person, team, at)

    return Counter(_each(range(len(racers)), run_one, threads))


def _race_in_lane(
    stage: Stage, people: int, connections: int, threads: int
) -> tuple[dict[str, Any], dict[str, int]]:
    """Have a crowd ask the lane for seats; whoever gets one orders and pays. Returns figures and checks."""
    from jishi.kernel import clock
    from jishi.people.accounts import operations as accounts
    from jishi.people.accounts.contracts import NewPerson

    crowd = accounts.register_many([NewPerson(nickname=f"L{number}") for number in range(people)])
    products = {team: product for product, team in stage.teams}
    figures, winners = _team_lane.race([team for _, team in stage.teams], crowd, connections)
    checks = _team_lane.check(winners, list(products), _count)
    chosen = list(winners.items())

    def order(number: int) -> str:
        person, team = chosen[number]
        return _try(stage, products[team], Person(person, _address(person)), team, clock.now())

    outcomes = Counter(_each(range(len(chosen)), order, threads))
    checks["refused_with_a_seat"] = len(chosen) - outcomes["paid"]
    checks["second_winners"] = figures.pop("lane_second_winners")
    return figures, checks


def _race_with_kills(
    people: int, threads: int, at: datetime, database: rush._Database
) -> tuple[dict[str, Any], dict[str, int]]:
    """Kill lane and database under a crowd; some of those with a seat order. Returns figures and checks."""
    from django.db import connection

    from jishi.kernel import clock
    from jishi.people.accounts import operations as accounts
    from jishi.people.accounts.contracts import NewPerson

    stage = _set_stage(max(1, people // (2 * KILLED_SIZE)), threads, at, size=KILLED_SIZE, members=1)
    crowd = accounts.register_many([NewPerson(nickname=f"K{number}") for number in range(people)])
    teams = [team for _, team in stage.teams]
    products = {team: product for product, team in stage.teams}
    began = time.perf_counter()
    crashed = _team_lane.crash(teams, crowd, 24, database)
    seconds = time.perf_counter() - began
    connection.close()  # it belonged to the server that was killed
    checks = _team_lane.check_crash(crashed, teams, _count)
    chosen = list(crashed.winners.items())[:KILLED_ORDERS]

    def order(number: int) -> str:
        person, team = chosen[number]
        return _try(stage, products[team], Person(person, _address(person)), team, clock.now())

    outcomes = Counter(_each(range(len(chosen)), order, threads))
    checks["crash_refused_with_a_seat"] = len(chosen) - outcomes["paid"]
    figures = {
        "crash_people": people,
        "crash_seconds": round(seconds, 1),
        "crash_seats": crashed.free_before,
        "crash_taken_at_kills": crashed.taken_at_kills,
        "crash_retried": crashed.retried,
        "crash_acknowledged": len(crashed.winners),
    }
    return figures, checks


def _try(stage: Stage, product: int, person: Person, team: str, at: datetime) -> str:
    from jishi.kernel.errors import DomainError

    try:
        placed = _place(stage, product, person, team, at)
    except DomainError as refusal:
        return refusal.code
    _pay(placed, at)
    return "paid"


def _place(
    stage: Stage,
    product: int,
    person: Person,
    team: str,
    at: datetime,
    tokens: dict[str, str] | None = None,
) -> Any:
    from jishi.goods.pricing.contracts import PriceLine
    from jishi.trade.checkout import operations as checkout
    from jishi.trade.checkout import queries as checkout_queries

    lines = (PriceLine(key="0", variant_id=stage.variants[product], quantity=1),)
    wanted = {"offer": stage.offers[product], **({"team": team} if team else {}), **(tokens or {})}
    seen = checkout_queries.quote(
        buyer_id=person.id,
        lines=lines,
        address=person.address,
        tokens=wanted,
        deliveries=None,
        language="en",
        at=at,
    )
    return checkout.place(
        buyer_id=person.id,
        lines=lines,
        address_id=person.address.id,
        tokens=wanted,
        fingerprint=seen.quote.fingerprint,
        checkout_key=uuid4().hex,
        language="en",
        at=at,
    )


def _pay(placed: Any, at: datetime) -> None:
    """Capture, and handle the capture as the relay would: again, if the ledger was busy."""
    from jishi.kernel.errors import Unavailable
    from jishi.money.payments import operations as payments
    from jishi.trade.checkout import operations as checkout

    payments.record_paid(intent_code=placed.intent_code, paid_at=at, at=at)
    for attempt in range(20):
        try:
            checkout.apply_payment(
                intent_code=placed.intent_code,
                allocations={placed.order_codes[0]: placed.total_minor},
                paid_at=at,
                at=at,
            )
            return
        except Unavailable:
            time.sleep(0.02 * (attempt + 1))
    raise RuntimeError("the payment was never handled")


def _team_of(placed: Any) -> str:
    from jishi.promotions.plays import queries

    found = queries.find_team_of_order(placed.order_codes[0])
    assert found is not None
    return found.team_code


# --- Afterwards -------------------------------------------------------------------------------------------


def _settle(at: datetime) -> None:
    """Deliver every fact, those of the captures for a second time, and send refunds until none is due."""
    from jishi.kernel.outbox import relay
    from jishi.money.payments import operations as payments
    from jishi.promotions.plays import operations as plays

    for _ in range(50):
        moved = relay.drain(timeout_s=300) + plays.close_due_teams(at) + payments.send_refunds(at)
        if not moved:
            return


def _each(numbers: Sequence[int] | range, work: Callable[[int], Any], threads: int) -> list[Any]:
    """Work the numbers on threads with connections of their own; the first failure is raised."""
    from django.db import connections

    todo, results = iter(list(numbers)), {}
    turn = threading.Lock()

    def worker() -> None:
        try:
            while True:
                with turn:
                    number = next(todo, None)
                if number is None:
                    return
                results[number] = work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done in [pool.submit(worker) for _ in range(threads)]:
            done.result()
    return [results[number] for number in sorted(results)]


def _broken() -> int:
    """Count what the shop's own verification finds wrong."""
    import jishi.verification as verification

    return sum(finding.broken for finding in verification.run())


def _count(statement: str, values: Sequence[Any] = ()) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.fetchone()[0])

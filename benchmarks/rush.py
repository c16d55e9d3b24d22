"""`rush`: many people buy one thing at the same instant, over HTTP, each proving who they are.

Three ways side by side in one run, on the same tables with the same rows written per order: the lane's
batches, one transaction per buyer, and the ordinary checkout of the API (Django). The crowd shares the
machine with all of them. Then a scarce item that most of the crowd cannot have, with everybody asking
twice. Then a rush in which the lane and PostgreSQL itself are killed without warning, after which every
acknowledged order must be there. At last some orders are completed and paid, and everything is counted from
the tables.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import _rush_client
import _stage
import psycopg
from _rush_client import Caller, Run

LIST_MINOR, FLASH_MINOR = 9_900, 4_900
PAID = 20
LIFE_S = 3_600
SCARCE_UNITS, SCARCE_CROWD = 1_000, 3_000
KILLED_CROWD = 5_000
KILL_AFTER_S = 0.4
RESTART_S = 120.0
LANE = ("jishi.cli", "serve", "lane")
WAYS = {"lane": "The lane.", "one": "One transaction per buyer.", "orm": "The ordinary checkout."}

OVERSOLD = """
SELECT coalesce(sum(greatest(0, taken - allocation)), 0)::int FROM (
    SELECT i.allocation, (SELECT coalesce(sum(l.quantity), 0) FROM orders_orderline l
        JOIN orders_order o ON o.id = l.order_id
        JOIN flash_sales_claim c ON c.order_code = o.code AND c.item_id = i.id
        WHERE o.state IN ('awaiting_payment', 'paid')) AS taken
    FROM flash_sales_item i) AS x
"""
REPEATS = """
SELECT coalesce(sum(n - 1), 0)::int FROM (
    SELECT count(*) AS n FROM orders_order o JOIN orders_orderadjustment a ON a.order_id = o.id
    WHERE a.rule = 'flash_sale' GROUP BY o.buyer_id, split_part(a.reference, ':', 1) HAVING count(*) > 1) AS x
"""
LEDGER = """
SELECT coalesce(sum(abs(total)), 0)::bigint FROM (SELECT sum(amount_minor) AS total FROM ledger_entry) AS x
"""


@dataclass
class Stage:
    """The item of each way, and the people."""

    items: dict[str, str]
    people: list[int]
    variant_id: int
    shop_id: int

    def take(self, count: int) -> list[int]:
        """Return people who have not bought anything yet."""
        chosen, self.people = self.people[:count], self.people[count:]
        return chosen


def main(arguments: Sequence[str]) -> int:
    """Run from `jishi bench rush`."""
    _stage.START_S = 240.0  # a busy machine takes its time to start two web workers
    parser = argparse.ArgumentParser(prog="jishi bench rush", description=__doc__)
    parser.add_argument("--buyers", type=int, default=20_000, help="buyers of the lane's run")
    parser.add_argument("--one", type=int, default=600, help="buyers with a transaction each")
    parser.add_argument("--orm", type=int, default=60, help="buyers through the ordinary checkout")
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--json", action="store_true", help="print nothing but the result")
    chosen = parser.parse_args(arguments)
    say: Callable[[str], None] = (lambda words: None) if chosen.json else print
    result = run(chosen, say)
    print(json.dumps(result))
    return 1 if any(result["checks"].values()) else 0


def run(options: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Set the stage, run the three ways, the scarce item and the kill, and count."""
    needed = options.buyers + options.one + options.orm + SCARCE_CROWD + KILLED_CROWD + 2_000
    say(f"Registering {needed} people.")
    stage = _set_stage(needed)
    figures: dict[str, Any] = {}
    acknowledged: list[str] = []
    for name, crowd, connections in (
        ("lane", options.buyers, options.connections),
        ("one", options.one, 64),
        ("orm", options.orm, 8),
    ):
        say(WAYS[name])
        acknowledged += _measured(figures, stage, name, crowd, connections)
        say(f"{figures[f'{name}_per_s']} orders/s, CPU us {figures[f'{name}_cpu_us_per_order']}")
    say("A scarce item, everybody twice.")
    tally, given = _scarce(stage, options.connections)
    say("A rush with two kills.")
    database = _Database()
    crash = _killed(stage, options.connections, database)
    acknowledged += [*given, *crash.orders.values()]
    _pay_some(list(crash.orders.values())[:PAID], say)
    figures |= {
        "orders_per_s": figures["lane_per_s"],
        "ratio_vs_transaction": round(figures["lane_per_s"] / figures["one_per_s"], 1),
        "ratio_vs_orm": round(figures["lane_per_s"] / figures["orm_per_s"], 1),
        "connections": options.connections,
        "scarce": tally,
        "crash_retried": crash.retried,
        "crash_acknowledged": len(crash.orders),
        "load": round(os.getloadavg()[0], 1),
    }
    checks = _checks(acknowledged)
    database.stop()
    return {"benchmark": "rush", "figures": figures, "checks": checks}


def _measured(figures: dict[str, Any], stage: Stage, name: str, crowd: int, connections: int) -> list[str]:
    """Run a crowd and note orders per second, times, and CPU per order of each part."""
    write = _orders if name == "orm" else _callers
    warming, callers = write(stage, name, stage.take(40)), write(stage, name, stage.take(crowd))
    with _way(name) as part:
        _rush_client.play(part.port, warming, connections=8)
        before = part.cpu_s()
        ran = _rush_client.play(part.port, callers, connections=connections)
        spent = {one: used - before[one] for one, used in part.cpu_s().items()}
    orders = max(1, ran.won)
    figures[f"{name}_orders"] = ran.won
    figures[f"{name}_per_s"] = round(ran.won / ran.took_s, 1)
    figures[f"{name}_p50_ms"], figures[f"{name}_p99_ms"] = ran.at_ms(0.5), ran.at_ms(0.99)
    figures[f"{name}_cpu_us_per_order"] = {part: round(used / orders * 1e6) for part, used in spent.items()}
    if ran.won != len(callers):
        figures[f"{name}_refused"] = dict(ran.statuses)
    return list(ran.orders.values())


def _way(name: str) -> contextlib.AbstractContextManager[Part]:
    if name == "lane":
        return _running(*LANE, ready="/lane/health")
    if name == "one":
        own = ("uvicorn", "_rush_one:application", "--log-level", "error", "--no-access-log")
        return _running(*own, ready="/lane/health", folder=str(Path(__file__).parent))
    return _running("jishi.cli", "serve", "web", "--workers", "2", ready="/readyz")


def _scarce(stage: Stage, connections: int) -> tuple[dict[str, int], list[str]]:
    people = stage.take(SCARCE_CROWD)
    callers = _callers(stage, "scarce", [person for person in people for _ in range(2)])
    with _way("lane") as part:
        ran = _rush_client.play(part.port, callers, connections=connections)
    return dict(ran.statuses), list(ran.orders.values())


def _killed(stage: Stage, connections: int, database: _Database) -> Run:
    """Have a crowd insist while its lane, and then the database, are killed and started again."""
    callers = _callers(stage, "crash", stage.take(KILLED_CROWD))
    port = _stage._free_port()
    lanes = [_start(port, *LANE)]
    _stage._wait(f"http://127.0.0.1:{port}/lane/health")

    def kill() -> None:
        time.sleep(KILL_AFTER_S)
        lanes[0].kill()
        lanes[0].wait()
        lanes.append(_start(port, *LANE))
        _stage._wait(f"http://127.0.0.1:{port}/lane/health")
        time.sleep(KILL_AFTER_S)
        database.kill_and_restart()

    killer = threading.Thread(target=kill)
    killer.start()
    ran = _rush_client.play(port, callers, connections=min(24, connections), insisting=True)
    killer.join()
    lanes[-1].send_signal(signal.SIGTERM)
    lanes[-1].wait(20)
    return ran


def _checks(acknowledged: Sequence[str]) -> dict[str, int]:
    from django.db import connection

    import jishi.verification as verification

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(OVERSOLD)
        oversold = int(cursor.fetchone()[0])
        cursor.execute(REPEATS)
        repeats = int(cursor.fetchone()[0])
        cursor.execute(LEDGER)
        ledger_sum = int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT count(*) FROM unnest(%s::text[]) AS a(code) WHERE NOT EXISTS"
            " (SELECT 1 FROM orders_order o WHERE o.code = a.code)",
            [sorted(set(acknowledged))],
        )
        lost = int(cursor.fetchone()[0])
    broken = sum(finding.broken for finding in verification.run())
    return {
        "oversold": oversold,
        "repeats": repeats,
        "ledger_sum": ledger_sum,
        "lost": lost,
        "broken": broken,
    }


# --- The stage --------------------------------------------------------------------------------------------


def _set_stage(people: int) -> Stage:
    from jishi.goods.catalog import operations as catalog
    from jishi.goods.catalog.contracts import VariantDraft
    from jishi.goods.inventory import operations as inventory
    from jishi.goods.merchants import operations as merchants
    from jishi.goods.pricing import operations as pricing
    from jishi.kernel import clock
    from jishi.kernel.text import both
    from jishi.people.accounts import operations as accounts
    from jishi.people.accounts.contracts import NewPerson
    from jishi.promotions.flash_sales import operations as flash
    from jishi.promotions.flash_sales.contracts import Wish

    now = clock.now()
    owner = accounts.register(nickname="Bench", email="owner@bench.example")
    shop = merchants.open_shop(slug="bench", name=both("秒杀店", "Bench"), owner_id=owner.id, at=now)
    slot = flash.open_slot(
        title=both("压测", "Bench"),
        starts_at=now - timedelta(seconds=1),
        ends_at=now + timedelta(hours=2),
        by=None,
        at=now - timedelta(minutes=1),
    )
    items: dict[str, str] = {}
    variant_id = 0
    for name in ("lane", "one", "orm", "scarce", "crash"):
        saved = catalog.save_product(
            shop_id=shop.id, handle=name, title=both(f"好物 {name}", name), variants=(VariantDraft(),), at=now
        )
        variant = saved.variant_ids[0]
        variant_id = variant if name == "orm" else variant_id
        pricing.set_prices([(variant, shop.currency, LIST_MINOR, None)], at=now - timedelta(days=1))
        units = SCARCE_UNITS if name == "scarce" else 200_000
        inventory.set_stock(rows=[(variant, units)], shop_id=shop.id, reference=name, at=now)
        wish = Wish(slot_code=slot, variant_id=variant, price_minor=FLASH_MINOR, allocation=units)
        items[name] = flash.enrol(shop_id=shop.id, wish=wish, at=now - timedelta(seconds=30))
        flash.approve(item_code=items[name], by=None, at=now)
    flash.open_due(now)
    rows = [NewPerson(nickname=f"P{n}") for n in range(people)]
    return Stage(items, accounts.register_many(rows), variant_id, shop.id)


def _callers(stage: Stage, name: str, people: Sequence[int]) -> list[Caller]:
    """Write everybody's request: their own lane cookie, our origin."""
    from jishi.people.accounts import settle
    from jishi.people.accounts.contracts import LaneClaims

    secret = settle.lane_secret(os.environ["JISHI_FIELD_KEYS"].split(",")[-1])
    expires_at = int(time.time()) + LIFE_S
    body = b'{"quantity":1}'
    found = []
    for person in people:
        token = settle.sign_lane_token(LaneClaims(person, 0, expires_at), secret=secret)
        head = (
            f"POST /lane/flash/{stage.items[name]}/buy HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Origin: http://127.0.0.1\r\nCookie: {settle.LANE_COOKIE}={token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append(Caller(person, head.encode() + body))
    return found


def _orders(stage: Stage, name: str, people: Sequence[int]) -> list[Caller]:
    """Write everybody's order for the ordinary checkout; a session and an address each."""
    from django.contrib.sessions.backends.db import SessionStore

    from jishi.people.accounts.models import User

    found, fingerprint = [], _fingerprint(stage, people[0])
    for person in people:
        address = _address(person)
        session = SessionStore()
        session["_auth_user_id"] = str(person)
        session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        session["_auth_user_hash"] = User.objects.get(pk=person).get_session_auth_hash()
        session.create()
        lines = [{"variant_id": stage.variant_id, "quantity": 1}]
        content = {"address_code": address, "lines": lines, "fingerprint": fingerprint}
        body = json.dumps(content).encode()
        head = (
            f"POST /api/v1/checkout HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {session.session_key}\r\nIdempotency-Key: rush-{person:08d}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append(Caller(person, head.encode() + body))
    return found


def _address(person: int) -> str:
    from jishi.people.accounts import operations as accounts

    saved = accounts.save_address(
        person_id=person, recipient="B", phone="13800000000", region="上海市", city="上海市", line="1"
    )
    return saved.code


def _fingerprint(stage: Stage, person: int) -> str:
    """What the deal comes to; the same for everybody."""
    from jishi.goods.pricing.contracts import PriceLine
    from jishi.trade.checkout import queries

    line = PriceLine(key="0", variant_id=stage.variant_id, quantity=1)
    found = queries.quote(buyer_id=person, lines=(line,), language="zh-hans")
    return found.quote.fingerprint


def _pay_some(order_codes: Sequence[str], say: Callable[[str], None]) -> None:
    """Carry orders of the rush through to their money in escrow, so that the books are not merely empty."""
    from django.db import connection

    from jishi.kernel import clock
    from jishi.money.payments import operations as payments
    from jishi.people.accounts import queries as accounts
    from jishi.trade.checkout import operations as checkout
    from jishi.trade.orders.models import Order

    connection.close()  # it belonged to the server that was killed
    say(f"Paying {len(order_codes)} of the orders.")
    for code in order_codes:
        buyer = Order.objects.get(code=code).buyer_id
        _address(buyer)
        address = accounts.list_addresses(buyer)[0]
        intent = checkout.complete(order_code=code, buyer_id=buyer, address_id=address.id, language="en")
        payments.record_paid(intent_code=intent)
        allocations = {code: Order.objects.get(code=code).total_minor}
        checkout.apply_payment(intent_code=intent, allocations=allocations, paid_at=clock.now())


# --- Processes --------------------------------------------------------------------------------------------


class _Database:
    """The bench's PostgreSQL, which may be killed and comes back."""

    def __init__(self) -> None:
        self.pid = _stage._postmaster()
        self._command = [
            word.decode() for word in Path(f"/proc/{self.pid}/cmdline").read_bytes().split(b"\0") if word
        ]
        self._owner = os.stat(f"/proc/{self.pid}")
        self._process: subprocess.Popen[bytes] | None = None

    def kill_and_restart(self) -> None:
        """SIGKILL the server, and start it on the same files as soon as its orphans have let go of them."""
        os.kill(self.pid, signal.SIGKILL)
        # Its number stays in use until its parent, which may be us, took note; nothing starts before that.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        until = time.monotonic() + RESTART_S
        while time.monotonic() < until:
            time.sleep(0.5)
            if self._process is None or self._process.poll() is not None:
                self._start()
            with contextlib.suppress(psycopg.Error), psycopg.connect(os.environ["DATABASE_URL"]):
                return
        raise SystemExit("the database did not come back")

    def _start(self) -> None:
        is_other = self._owner.st_uid != os.getuid()
        self._process = subprocess.Popen(
            self._command,
            cwd="/",
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            user=self._owner.st_uid if is_other else None,
            group=self._owner.st_gid if is_other else None,
        )
        self.pid = self._process.pid

    def stop(self) -> None:
        """Stop the server that was started here; the first one belongs to whoever runs the benchmark."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)


@dataclass
class Part:
    """A server of one of the ways."""

    port: int
    pid: int

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds of everybody who has a part in an order so far."""
        return {
            "server": _stage._tree_cpu_s(self.pid),
            "database": _stage._tree_cpu_s(_stage._postmaster()),
            "crowd": time.process_time(),
        }


@contextlib.contextmanager
def _running(*command: str, ready: str, folder: str | None = None) -> Iterator[Part]:
    """Start a server on a free port, and stop it again."""
    port = _stage._free_port()
    process = _start(port, *command, folder=folder)
    try:
        _stage._wait(f"http://127.0.0.1:{port}{ready}")
        yield Part(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        if process.poll() is None:
            process.kill()


def _start(port: int, *command: str, folder: str | None = None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "JISHI_LOG_LEVEL": "ERROR", "JISHI_DB_POOL": "8"}
    return subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)], env=environment, cwd=folder
    )

"""Transfers per second through the ledger's own operations, every invariant on, and the books proved after.

Batches over random accounts, batches into one hot account, single postings, and reserve + post; real commits.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

from jishi.money.ledger import operations as ledger
from jishi.money.ledger import queries
from jishi.money.ledger.contracts import AccountRef, JournalSpec, TransferSpec

CURRENCY = "CNY"
OPENING_MINOR = 1_000_000_000
CLEARING = AccountRef("provider", "bench", "clearing", CURRENCY)
HOT = AccountRef("platform", "bench", "hot", CURRENCY)


def wallet(number: int) -> AccountRef:
    """One of many accounts with a floor."""
    return AccountRef("person", str(number), "bench", CURRENCY)


def fund(accounts: int) -> None:
    """Open the accounts and give each enough to spend."""
    for start in range(0, accounts, 2000):
        ledger.post_batch(
            [
                JournalSpec(
                    f"bench:fund:{n}", "bench.fund", (TransferSpec(CLEARING, wallet(n), OPENING_MINOR),)
                )
                for n in range(start, min(start + 2000, accounts))
            ]
        )


def journals(
    prefix: str, count: int, accounts: int, chance: random.Random, *, hot: bool
) -> list[JournalSpec]:
    """One transfer per journal: a source event each, as orders have."""
    made = []
    for number in range(count):
        debit = chance.randrange(accounts)
        credit = HOT if hot else wallet((debit + 1 + chance.randrange(accounts - 1)) % accounts)
        move = TransferSpec(wallet(debit), credit, chance.randint(1, 100))
        made.append(JournalSpec(f"{prefix}:{number}", "bench.move", (move,)))
    return made


def measure(work: Callable[[int, int], int], *, seconds: float, threads: int = 1) -> tuple[int, float]:
    """Transfers and seconds of ``work(thread, round)`` repeated in each thread until the time is over."""
    counts = [0] * threads
    until = time.perf_counter() + seconds

    def loop(thread: int) -> None:
        rounds = 0
        while time.perf_counter() < until:
            counts[thread] += work(thread, rounds)
            rounds += 1
        connections.close_all()

    began = time.perf_counter()
    if threads == 1:
        loop(0)
    else:
        started = [threading.Thread(target=loop, args=(number,)) for number in range(threads)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
    return sum(counts), time.perf_counter() - began


def run(*, seconds: float = 4.0, accounts: int = 10_000, batch: int = 1000, seed: int = 7) -> dict[str, Any]:
    """Measure, prove, and return figures and checks."""
    fund(accounts)
    total = accounts

    def batches(name: str, *, hot: bool, size: int) -> Callable[[int, int], int]:
        def work(thread: int, number: int) -> int:
            chance = random.Random(f"{seed}:{name}:{thread}:{number}")
            rows = journals(f"bench:{name}:{thread}:{number}", size, accounts, chance, hot=hot)
            ledger.post_batch(rows)
            return len(rows)

        return work

    def two_phases(thread: int, number: int) -> int:
        move = TransferSpec(wallet(number % accounts), HOT, 1)
        key = f"bench:phase:{number}"
        ledger.reserve(natural_key=key, kind="bench.hold", transfers=[move])
        ledger.post_pending(natural_key=f"{key}:post", reserved_key=key)
        return 1

    figures: dict[str, float] = {}
    cases = [
        ("transfers_per_s", batches("random", hot=False, size=batch), 1),
        ("hot_transfers_per_s", batches("hot", hot=True, size=batch), 1),
        ("two_writers_transfers_per_s", batches("two", hot=False, size=batch), 2),
        ("single_transfers_per_s", batches("one", hot=False, size=1), 1),
        ("reserve_and_post_per_s", two_phases, 1),
    ]
    for name, work, threads in cases:
        count, took = measure(work, seconds=seconds, threads=threads)
        figures[name] = round(count / took)
        total += count
    return {"benchmark": "ledger", "figures": figures, "checks": prove(total)}


def prove(transfers: int) -> dict[str, int]:
    """Count what is wrong; every number must be zero."""
    lines = queries.trial_balance()
    unbalanced = sum(line.total_minor != 0 for line in lines)
    drifted = sum(line.drifted_accounts for line in lines)
    lost = abs(sum(line.transfers for line in lines) - transfers)
    return {"broken": unbalanced + drifted + lost}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the last line is the result as JSON."""
    parser = argparse.ArgumentParser(prog="jishi bench ledger", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each case runs")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="print nothing but the result")
    options = parser.parse_args(arguments)
    result = run(seconds=options.seconds, accounts=options.accounts, batch=options.batch)
    if not options.json:
        for name, figure in {**result["figures"], **result["checks"]}.items():
            print(f"{name:32} {figure:>12,}")
    print(json.dumps(result))
    return 1 if any(result["checks"].values()) else 0

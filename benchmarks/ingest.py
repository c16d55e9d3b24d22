"""`ingest`: events over HTTP into the lane, through the inbox and the compactor, until a query can see them.

The lane runs as `jishi serve lane`, the compactor as the heavy process of `jishi work`, the database with
production's durability; the senders share the machine with all of them. In the middle of the run the lane and
then the compactor are killed without warning and started again; senders repeat what was not acknowledged. At
the end every acknowledged event is looked for in the lake, with DuckDB: none may be lost, none doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import _stage

WAIT_S = 240.0
SETTLE_S = 300.0
POLL_S = 0.1
VISITORS = 2000
AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"
)
KINDS = ("page_viewed", "searched", "page_viewed", "cart_added")


@dataclass
class Run:
    """What was acknowledged, when, and what the manifest said meanwhile."""

    acked: list[tuple[float, int]] = field(default_factory=list)
    seen: list[tuple[float, int]] = field(default_factory=list)
    answers_ms: list[float] = field(default_factory=list)
    retried: int = 0
    next_batch: int = 0
    until: float = 0.0


class Part:
    """A process of ours that can be killed and started again."""

    def __init__(self, *command: str) -> None:
        self.command = [sys.executable, "-m", "jishi.cli", *command]
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, env={**os.environ, "JISHI_LOG_LEVEL": "ERROR"})

    def kill_and_restart(self) -> None:
        """SIGKILL, and a new one."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            self.process.kill()


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; 0 when nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="jishi bench ingest")
    parser.add_argument("--seconds", type=float, default=24.0)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--batch", type=int, default=100, help="events in a batch")
    parser.add_argument("--rate", type=int, default=0, help="events a second offered; 0: as fast as it goes")
    parser.add_argument("--no-kill", action="store_true", help="leave all processes alone")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(list(arguments))
    port = _stage._free_port()
    lane = Part("serve", "lane", "--port", str(port))
    heavy = Part("work", "--heavy")
    try:
        run, took = asyncio.run(_run(options, port, lane, heavy))
        figures = _figures(run, options, took)
    finally:
        lane.stop()
        heavy.stop()
    print(json.dumps(figures) if options.json else "\n".join(f"{k:>24} {v}" for k, v in figures.items()))
    return 1 if figures["lost"] or figures["doubled"] else 0


def event_id(number: int) -> str:
    """Return the id of the n-th event of the run, in the form of a time-ordered uuid."""
    return f"01900000-0000-7000-a000-{number:012x}"


def request(number: int, size: int) -> bytes:
    """Return the n-th batch as a whole HTTP request."""
    now = int(time.time() * 1000)
    events = ",".join(
        f'{{"id":"{event_id(number * size + n)}","at":{now - n},"kind":"{KINDS[n % 4]}",'
        f'"page":"storefront:home","slot":"feed","position":{n + 1},"query":"柿饼 {n % 40}"}}'
        for n in range(size)
    )
    visitor = f"bench{number % VISITORS:010d}"
    body = (
        f'{{"batch":"bench-{number:08d}","session":"s{number % VISITORS}","channel":"direct","sent_at":{now},'
        f'"events":[{events}]}}'
    ).encode()
    head = (
        f"POST /lane/events HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {AGENT}\r\n"
        f"Cookie: jishi_visitor={visitor}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _run(options: argparse.Namespace, port: int, lane: Part, heavy: Part) -> tuple[Run, float]:
    await _ready(port)
    run = Run()
    await _warm(run, options, port)
    watcher = asyncio.create_task(asyncio.to_thread(_watch, run))
    started = time.monotonic()
    run.until = started + options.seconds
    writers = [asyncio.create_task(_write(run, options, port, started)) for _ in range(options.writers)]
    if not options.no_kill:
        await asyncio.sleep(options.seconds / 3)
        await asyncio.to_thread(lane.kill_and_restart)
        await asyncio.sleep(options.seconds / 3)
        await asyncio.to_thread(heavy.kill_and_restart)
    await asyncio.gather(*writers)
    took = time.monotonic() - started
    await watcher
    return run, took


async def _warm(run: Run, options: argparse.Namespace, port: int) -> None:
    """Send the first batch and wait until both processes have done their part: starting is not measured."""
    from jishi.insight.behavior import queries

    def rows() -> int:
        from django.db import connection

        found = queries.lake().rows
        connection.close()
        return found

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(0, options.batch))
    await _answer(reader)
    writer.close()
    until = time.monotonic() + WAIT_S
    while await asyncio.to_thread(rows) < options.batch and time.monotonic() < until:
        await asyncio.sleep(0.2)
    run.next_batch = 1
    run.acked.append((time.monotonic(), options.batch))


async def _write(run: Run, options: argparse.Namespace, port: int, started: float) -> None:
    """Send batch after batch, each until it is acknowledged."""
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    while time.monotonic() < run.until:
        number, run.next_batch = run.next_batch, run.next_batch + 1
        if options.rate:
            await asyncio.sleep(max(0.0, started + number * options.batch / options.rate - time.monotonic()))
        message, first = request(number, options.batch), time.monotonic()
        while True:
            try:
                if reader is None or writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                asked = time.monotonic()
                writer.write(message)
                status = await asyncio.wait_for(_answer(reader), 15)
            except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
                reader = writer = None
                run.retried += 1
                await asyncio.sleep(0.2)
                continue
            if status in (200, 202):
                break
            run.retried += 1
            await asyncio.sleep(0.5)
        now = time.monotonic()
        run.acked.append((first, options.batch))
        run.answers_ms.append((now - asked) * 1000)
    if writer is not None:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def _watch(run: Run) -> None:
    """Note how many rows the manifest has, until everything that was acknowledged is there."""
    from django.db import connection

    from jishi.insight.behavior import queries

    limit = run.until + SETTLE_S if run.until else time.monotonic() + WAIT_S + SETTLE_S
    while time.monotonic() < limit:
        rows = queries.lake().rows
        now = time.monotonic()
        if not run.seen or rows != run.seen[-1][1]:
            run.seen.append((now, rows))
        if run.until and now > run.until + 1 and rows >= sum(count for _, count in run.acked):
            break
        time.sleep(POLL_S)
    connection.close()


def _figures(run: Run, options: argparse.Namespace, took: float) -> dict[str, object]:
    lost, doubled, rows = _recount(run, options)
    fresh, delays = sorted(run.acked), []
    done, at = 0, 0
    for first, count in fresh:
        done += count
        while at < len(run.seen) and run.seen[at][1] < done:
            at += 1
        delays.append(run.seen[at][0] - first if at < len(run.seen) else SETTLE_S)
    delays.sort()
    answers = sorted(run.answers_ms)
    events = sum(count for _, count in run.acked[1:])
    return {
        "events": events,
        "events_per_s": round(events / took),
        "queryable_p50_s": round(_at(delays, 0.5), 2),
        "queryable_p95_s": round(_at(delays, 0.95), 2),
        "queryable_max_s": round(_at(delays, 1.0), 2),
        "ack_p50_ms": round(_at(answers, 0.5), 1),
        "ack_p99_ms": round(_at(answers, 0.99), 1),
        "batch": options.batch,
        "writers": options.writers,
        "retried": run.retried,
        "killed": "" if options.no_kill else "lane, compactor",
        "lake_rows": rows,
        "lost": lost,
        "doubled": doubled,
    }


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else -1.0


def _recount(run: Run, options: argparse.Namespace) -> tuple[int, int, int]:
    """Count with DuckDB what is missing of what was acknowledged, and what is there twice."""
    import duckdb

    from jishi.insight.behavior import queries

    sent = run.next_batch * options.batch
    files = list(queries.lake().files)
    if not files:
        return sent, 0, 0
    with duckdb.connect() as lake:
        rows, distinct = lake.execute(
            "SELECT count(*), count(DISTINCT event_id)"
            f" FROM read_parquet({files!r}, hive_partitioning = false)"
            " WHERE event_id LIKE '01900000-0000-7000-a000-%'"
        ).fetchone()
    return sent - distinct, rows - distinct, rows


async def _ready(port: int) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError, EOFError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /lane/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            status = await _answer(reader)
            writer.close()
            if status == 200:
                return
        await asyncio.sleep(0.1)
    raise SystemExit("the lane did not start")

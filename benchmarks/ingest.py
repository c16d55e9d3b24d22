"""`ingest`: events over HTTP into the lane, through the inbox and the compactor, until a query can see them.

The lane runs as `jishi serve lane`, the compactor as the heavy process of `jishi work`, the database with
production's durability; the senders share the machine with all of them. In the middle of the run the lane and
then the compactor are killed without warning; the lane is started again, the compactor is forked anew by the
process that keeps it (`--kill-all` kills that one too). Senders repeat what was not acknowledged.
Afterwards the inbox is given time to run empty (how long it took is part of the answer). Then the ids of all
acknowledged events are compared with the ids in the lake's files: none may be missing, none may be twice.

An event counts as queryable when the manifest shows its file; its delay begins with the first attempt to
send it. `python_loop_ms` says how fast a core was: 100,000 additions take 7 to 9 ms on a quiet one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import _result
import _stage
import numpy as np

WAIT_S = 240.0
DRAIN_S = 300.0
POLL_S = 0.1
LOOK_BACK = 300  # manifest rows of transactions that commit out of order
VISITORS = 2000
AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"
)
KINDS = ("page_viewed", "searched", "page_viewed", "cart_added")
IDS = "01900000-0000-7000-a000-"


@dataclass
class Run:
    """What was acknowledged, when, and when the manifest showed which file."""

    size: int
    first: dict[int, float] = field(default_factory=dict)  # batch → first attempt
    acked: dict[int, float] = field(default_factory=dict)  # batch → acknowledgement
    shown: dict[str, float] = field(default_factory=dict)  # file → first seen in the manifest
    answers_ms: list[float] = field(default_factory=list)
    retried: int = 0
    next_batch: int = 0
    until: float = 0.0
    most_waiting: int = 0
    drained_at: float = 0.0
    is_over: bool = False


class Part:
    """A process of ours that can be killed and started again, and the CPU time of all its lives."""

    def __init__(self, *command: str) -> None:
        self.command = [sys.executable, "-m", "jishi.cli", *command]
        self.past_cpu_s = 0.0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, env={**os.environ, "JISHI_LOG_LEVEL": "ERROR"})

    def cpu_s(self) -> float:
        """CPU seconds so far."""
        return self.past_cpu_s + _stage._tree_cpu_s(self.process.pid)

    def kill_and_restart(self) -> None:
        """SIGKILL, and a new one."""
        self.past_cpu_s = self.cpu_s()
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def kill_child(self) -> None:
        """SIGKILL of the process that this one forked to do the work; it forks another one by itself."""
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            self.process.kill()


class Parts:
    """Everything that works, and what CPU each used between two moments."""

    def __init__(self, port: int) -> None:
        self.lane = Part("serve", "lane", "--port", str(port))
        self.heavy = Part("work", "--heavy")
        self.postmaster = _stage._postmaster()

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds so far, by part."""
        return {
            "lane": self.lane.cpu_s(),
            "heavy": self.heavy.cpu_s(),
            "database": _stage._tree_cpu_s(self.postmaster),
            "senders": time.process_time(),
        }


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; 0 when nothing was lost or doubled and nothing waits any more."""
    parser = argparse.ArgumentParser(prog="jishi bench ingest")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--batch", type=int, default=100, help="events in a batch")
    parser.add_argument(
        "--rate", type=int, default=5200, help="events a second offered; 0: as fast as it goes"
    )
    parser.add_argument("--no-kill", action="store_true", help="leave all processes alone")
    parser.add_argument(
        "--kill-all", action="store_true", help="kill the compactor with the process it is forked from"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(list(arguments))
    port = _stage._free_port()
    parts = Parts(port)
    try:
        run, took, cpu = asyncio.run(_run(options, port, parts))
        figures = _figures(run, options, took, cpu)
    finally:
        parts.lane.stop()
        parts.heavy.stop()
    checks = ("lost", "doubled", "left_in_inbox", "dead_letters")
    return _result.show("ingest", *_result.split(figures, checks), as_json=options.json)


def event_id(number: int) -> str:
    """Return the id of the n-th event of the run, in the form of a time-ordered uuid."""
    return f"{IDS}{number:012x}"


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


async def _run(options: argparse.Namespace, port: int, parts: Parts) -> tuple[Run, float, dict[str, float]]:
    await _ready(port)
    run = Run(options.batch)
    watcher = asyncio.create_task(asyncio.to_thread(_watch, run))
    await _warm(run, port)
    before = parts.cpu_s()
    started = time.monotonic()
    run.until = started + options.seconds
    writers = [asyncio.create_task(_write(run, options, port, started)) for _ in range(options.writers)]
    if not options.no_kill:
        await asyncio.sleep(options.seconds / 3)
        await asyncio.to_thread(parts.lane.kill_and_restart)
        await asyncio.sleep(options.seconds / 3)
        await asyncio.to_thread(parts.heavy.kill_and_restart if options.kill_all else parts.heavy.kill_child)
    await asyncio.gather(*writers)
    took = time.monotonic() - started
    run.is_over = True
    await watcher
    after = parts.cpu_s()
    return run, took, {name: after[name] - before[name] for name in after}


async def _warm(run: Run, port: int) -> None:
    """Send the first batch and wait until both processes have done their part: starting is not measured."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    run.first[0] = time.monotonic()
    writer.write(request(0, run.size))
    status = await _answer(reader)
    writer.close()
    if status not in (200, 202):
        raise SystemExit(f"the lane answered {status}")
    run.acked[0], run.next_batch = time.monotonic(), 1
    until = time.monotonic() + WAIT_S
    while not run.shown:
        if time.monotonic() > until:
            raise SystemExit("the compactor wrote nothing")
        await asyncio.sleep(0.2)


async def _write(run: Run, options: argparse.Namespace, port: int, started: float) -> None:
    """Send batch after batch, each until it is acknowledged."""
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    while True:
        number, run.next_batch = run.next_batch, run.next_batch + 1
        if options.rate:
            await asyncio.sleep(max(0.0, started + number * run.size / options.rate - time.monotonic()))
        if time.monotonic() >= run.until:
            break
        message, run.first[number] = request(number, run.size), time.monotonic()
        while number not in run.acked:
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
                run.acked[number] = time.monotonic()
                run.answers_ms.append((run.acked[number] - asked) * 1000)
            else:
                run.retried += 1
                await asyncio.sleep(0.5)
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
    """Note when the manifest shows which file, until nothing waits in the inbox any more."""
    from django.db import connection

    from jishi.insight.behavior.models import File, Inbox

    newest, over_at = 0, 0.0
    while True:
        new = File.objects.filter(level=File.Level.HOT, pk__gt=newest - LOOK_BACK).values_list("pk", "path")
        now = time.monotonic()
        for number, path in new:
            newest = max(newest, number)
            run.shown.setdefault(path, now)
        waiting = Inbox.objects.count()
        run.most_waiting = max(run.most_waiting, waiting)
        if run.is_over:
            over_at = over_at or now
            if not waiting and run.drained_at:
                break  # seen empty before: what left the inbox last is in the files above
            run.drained_at = time.monotonic() if not waiting else 0.0
            if now > over_at + DRAIN_S:
                break
        time.sleep(POLL_S)
    connection.close()


def _figures(run: Run, options: argparse.Namespace, took: float, cpu: dict[str, float]) -> dict[str, object]:
    from jishi.insight.behavior import queries

    ids, counts = np.unique(_ids(queries.lake().files), return_counts=True)
    told = np.array(sorted(run.acked), dtype=np.int64)
    told_ids = (told[:, None] * run.size + np.arange(run.size)).ravel()
    health = queries.health()
    delays, answers = _delays(run), sorted(run.answers_ms)
    events = (len(run.acked) - 1) * run.size
    return {
        "events": events,
        "offered_per_s": options.rate or "all they can",
        "events_per_s": round(events / took),
        "queryable_p50_s": round(_at(delays, 0.5), 2),
        "queryable_p95_s": round(_at(delays, 0.95), 2),
        "queryable_max_s": round(_at(delays, 1.0), 2),
        "queryable_before_kills_p95_s": round(
            _at(_delays(run, until=run.until - options.seconds * 2 / 3), 0.95), 2
        ),
        "ack_p50_ms": round(_at(answers, 0.5), 1),
        "ack_p99_ms": round(_at(answers, 0.99), 1),
        "drain_s": round(max(0.0, run.drained_at - max(run.acked.values())), 1) if run.drained_at else None,
        "most_batches_waiting": run.most_waiting,
        "cpu_s": {name: round(value, 1) for name, value in cpu.items()},
        "cpu_us_per_event": {name: round(value / events * 1e6, 1) for name, value in cpu.items()},
        "load": round(os.getloadavg()[0], 1),
        "python_loop_ms": _loop_ms(),
        "batch": options.batch,
        "writers": options.writers,
        "retried": run.retried,
        "killed": "" if options.no_kill else "lane, heavy" if options.kill_all else "lane, compactor",
        "lake_rows": int(counts.sum()),
        "lost": len(np.setdiff1d(told_ids, ids)),
        "doubled": int((counts - 1).sum()),
        "left_in_inbox": health.inbox_events,
        "dead_letters": health.dead_letters,
    }


def _ids(files: Sequence[str]) -> np.ndarray:
    """The numbers of the run's events in some files."""
    import pyarrow.parquet as parquet

    found: list[str] = []
    for path in files:
        table = parquet.read_table(path, columns=["event_id"], partitioning=None)
        found.extend(one for one in table.column(0).to_pylist() if one.startswith(IDS))
    return np.array([int(one[len(IDS) :], 16) for one in found], dtype=np.int64)


def _delays(run: Run, until: float = float("inf")) -> list[float]:
    """For every batch sent before a moment the seconds until its file was in the manifest, shortest first.

    Small files stay on the disk for some minutes after they were merged, so each batch is in its first one.
    """
    from jishi.insight.behavior import queries

    root: Path = queries.root()
    seen: dict[int, float] = {}
    for path, at in run.shown.items():
        for number in np.unique(_ids([str(root / path)]) // run.size).tolist():
            seen[number] = max(at, seen.get(number, 0.0))  # a batch over midnight is in two files
    return sorted(
        max(0.0, seen[number] - run.first[number]) if number in seen else DRAIN_S
        for number in run.acked
        if number and run.first[number] < until
    )


def _loop_ms() -> float:
    began, total = time.thread_time(), 0
    for number in range(100_000):
        total += number
    return round((time.thread_time() - began) * 1000, 1)


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else -1.0


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

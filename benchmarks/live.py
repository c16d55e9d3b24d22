"""`live`: lines of one conversation to a thousand open streams of one lane process. None may be lost or
doubled.

The lane runs as `jishi serve lane`; lines are sent through the operation, as a page does it. A line's time is
from before it is sent (transaction and notice included) until a listener has read it from its socket. The
listeners share the machine with everything else.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import _result
import _stage
import httpx

MEMBERS = 200
NUMBER = re.compile(rb"^id: (\d+)$", re.MULTILINE)
WAIT_S = 30.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Heard:
    """What one listener got: number to moment, and how many came twice."""

    at: dict[int, float] = field(default_factory=dict)
    doubled: int = 0
    is_open: bool = False


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; 0 when nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="jishi bench live")
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--posts", type=int, default=60)
    parser.add_argument("--every-ms", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(list(arguments))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, options.listeners + 512)), hard))
    code, people = _conversation()
    figures = asyncio.run(_run(options, code, people))
    return _result.show("live", *_result.split(figures, ("lost", "doubled")), as_json=options.json)


def _conversation() -> tuple[str, list[int]]:
    """A group of as many people as one may have."""
    from jishi.people.accounts import operations as accounts
    from jishi.people.accounts.contracts import NewPerson
    from jishi.social.messaging.models import Conversation, Member

    rows = [NewPerson(nickname=f"柿{n}", email=f"live-{n}@example.org") for n in range(MEMBERS)]
    people = accounts.register_many(rows)
    group = Conversation.objects.create(kind="group", title="live", owner_id=people[0])
    Member.objects.bulk_create([Member(conversation=group, person_id=one) for one in people])
    return group.code, people


async def _run(options: argparse.Namespace, code: str, people: list[int]) -> dict[str, object]:
    from jishi.people.accounts import operations as accounts

    port = _stage._free_port()
    command = [sys.executable, "-m", "jishi.cli", "serve", "lane", "--port", str(port)]
    lane = subprocess.Popen(command, env={**os.environ, "JISHI_LOG_LEVEL": "ERROR"})
    heard = [Heard() for _ in range(options.listeners)]
    try:
        await _ready(port)
        tokens = [accounts.issue_lane_token(person_id=one, epoch=0) for one in people]
        before_mb = _rss_mb(lane.pid)
        tasks = [
            asyncio.create_task(_listen(port, code, tokens[n % MEMBERS], one)) for n, one in enumerate(heard)
        ]
        await _until(lambda: all(one.is_open for one in heard))
        opened_mb = _rss_mb(lane.pid)
        cpu_s = _stage._tree_cpu_s(lane.pid)
        sent = await asyncio.to_thread(_post, options, code, people)
        with contextlib.suppress(TimeoutError):
            await _until(lambda: all(len(one.at) >= options.posts for one in heard))
        cpu_s = _stage._tree_cpu_s(lane.pid) - cpu_s
        figures = _figures(sent, heard)
        figures |= {"rss_mb": _rss_mb(lane.pid), "rss_opened_mb": opened_mb, "rss_idle_mb": before_mb}
        figures["lane_cpu_us_per_delivery"] = round(
            cpu_s * 1e6 / max(1, options.posts * options.listeners), 1
        )
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return figures
    finally:
        lane.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            lane.wait(15)
        if lane.poll() is None:
            lane.kill()


def _post(options: argparse.Namespace, code: str, people: list[int]) -> dict[int, float]:
    """Send the lines, one after the other at a steady pace; returns number to moment of sending."""
    from django.db import connection

    from jishi.social.messaging import operations as messaging
    from jishi.social.messaging.contracts import Draft

    sent, started = {}, time.monotonic()
    for number in range(options.posts):
        time.sleep(max(0.0, started + number * options.every_ms / 1000 - time.monotonic()))
        at, draft = time.monotonic(), Draft(text=f"第 {number} 句：柿子熟了，今天谁要？")
        sender = people[number % len(people)]
        made = messaging.send(sender_id=sender, conversation_code=code, draft=draft, key=f"{number}")
        sent[made.no] = at
    connection.close()
    return sent


async def _listen(port: int, code: str, token: str, heard: Heard) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /lane/talks/{code}/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Cookie: jishi_lane={token}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    rest = b""
    while chunk := await reader.read(65536):
        now = time.monotonic()
        text = rest + chunk
        end = text.rfind(b"\n\n") + 2
        rest, text = text[end:], text[:end]
        heard.is_open = heard.is_open or b"retry:" in text or b" 200 " in text
        for found in NUMBER.findall(text):
            number = int(found)
            heard.doubled += number in heard.at
            heard.at.setdefault(number, now)
    writer.close()


def _figures(sent: dict[int, float], heard: list[Heard]) -> dict[str, object]:
    times = sorted(one.at[number] - at for one in heard for number, at in sent.items() if number in one.at)
    wanted = len(sent) * len(heard)

    def at(share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 1) if times else -1.0

    return {
        "listeners": len(heard),
        "posts": len(sent),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "max_ms": at(1.0),
        "delivered": len(times),
        "lost": wanted - len(times),
        "doubled": sum(one.doubled for one in heard),
    }


async def _ready(port: int) -> None:
    async with httpx.AsyncClient() as client:

        async def answers() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return (await client.get(f"http://127.0.0.1:{port}/lane/health")).status_code == 200
            return False

        until = time.monotonic() + WAIT_S
        while not await answers():
            if time.monotonic() > until:
                raise SystemExit("the lane did not start")
            await asyncio.sleep(0.1)


async def _until(condition: object) -> None:
    async def wait() -> None:
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.05)

    await asyncio.wait_for(wait(), WAIT_S)


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * PAGE_BYTES / 2**20, 1)

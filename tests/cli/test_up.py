"""`jishi up` as a newcomer lives it: start, answer, stop with Ctrl-C, start again; and when it is killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


class Installation:
    def __init__(self, home: Path) -> None:
        clean = {n: v for n, v in os.environ.items() if not n.startswith(("JISHI_", "DATABASE_", "DJANGO_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "jishi.cli", "up", "--port", "0", "--empty"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**clean, "JISHI_HOME": str(home)},
            start_new_session=True,
        )
        self.words = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.words += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"Shop\s+(http://127\.0\.0\.1:\d+)/", self.words)
        assert found, self.words
        self.url = found[1]
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def remains(self, within_s: float) -> list[str]:
        _gone, alive = psutil.wait_procs(self.family, timeout=within_s)
        return [" ".join(process.cmdline()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def files(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.glob("*")) + [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_socket() or path.name.endswith(".lock")
    ]


@pytest.fixture
def started() -> Iterator[list[Installation]]:
    running: list[Installation] = []
    yield running
    for one in running:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGINT)
            one.process.wait(20)
        if one.process.stdout is not None:
            one.process.stdout.close()


@pytest.mark.slow
def test_up_answers_stops_clean_keeps_its_data_and_dies_whole(
    home: Path, started: list[Installation]
) -> None:
    first = Installation(home)
    started.append(first)

    for path in ("/healthz", "/readyz", "/lane/health", "/psp/healthz", "/"):
        assert httpx.get(first.url + path, follow_redirects=True).status_code == 200, path
    policy = httpx.get(first.url + "/").headers["content-security-policy"]
    assert "unsafe-" not in policy
    assert "default-src 'self'" in policy

    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(20) == 0
    assert first.remains(1) == []
    # The lake comes with the first events that the heavy process puts away.
    assert [name for name in files(home) if name != "lake"] == ["logs", "postgres", "secrets.env"]

    again = time.monotonic()
    second = Installation(home)
    started.append(second)
    assert time.monotonic() - again < 30  # the promise is 8 s on an idle machine
    with httpx.stream("GET", second.url + "/lane/teams/abcdef123456/events") as stream:
        assert stream.headers["content-encoding"] == "identity"
        assert next(stream.iter_lines()) == "retry: 3000"

    os.kill(second.process.pid, signal.SIGKILL)
    second.process.wait(5)
    assert second.remains(15) == []

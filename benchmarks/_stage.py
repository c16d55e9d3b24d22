"""The stage of the HTTP benchmarks: production's processes on loopback, and what CPU each of them used."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from psycopg.conninfo import make_conninfo

TICKS = os.sysconf("SC_CLK_TCK")
START_S = 60.0
WORKER = "worker"


@dataclass(frozen=True)
class Stage:
    """The running parts, by name, as process ids."""

    base_url: str
    parts: dict[str, int]

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds that each part has used so far, its children included.

        What the server does on the worker's connections is ``worker_database``; the rest of it, with all
        its background processes, is ``database``.
        """
        spent = {name: _tree_cpu_s(pid) for name, pid in self.parts.items()}
        beside = sum(_tree_cpu_s(pid) for pid in _backends(f"bench-{WORKER}"))
        return spent | {"database": spent["database"] - beside, "worker_database": beside}


@contextlib.contextmanager
def running(*, worker: bool = False, provider: bool = False) -> Iterator[Stage]:
    """Start web (and worker, and the sandbox provider) as `jishi serve` does, and stop them again."""
    web_port, provider_port = _free_port(), _free_port()
    base_url = f"http://127.0.0.1:{web_port}"
    environment = {
        **os.environ,
        "JISHI_BASE_URL": base_url,
        "JISHI_SANDBOX_PSP_URL": f"http://127.0.0.1:{provider_port}",
        "JISHI_SANDBOX_PSP_PATH": "",
        "JISHI_LOG_LEVEL": "ERROR",
    }
    commands = {"web": ["-m", "jishi.cli", "serve", "web", "--workers", "1", "--port", str(web_port)]}
    if worker:
        commands["worker"] = ["-m", "jishi.cli", "work"]
    if provider:
        commands["provider"] = [
            "-m", "uvicorn", "--factory", "jishi.simulation.sandbox_psp:create_app",
            "--port", str(provider_port), "--log-level", "error",
        ]  # fmt: skip
    processes = {
        name: subprocess.Popen([sys.executable, *command], env=environment | _as_part(name))
        for name, command in commands.items()
    }
    try:
        _wait(f"{base_url}/readyz")
        parts = {name: process.pid for name, process in processes.items()} | {"database": _postmaster()}
        yield Stage(base_url, parts)
    finally:
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        for process in processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()


def _as_part(name: str) -> dict[str, str]:
    """The environment in which the database knows a process by its part's name."""
    url = make_conninfo(os.environ["DATABASE_URL"], application_name=f"bench-{name}")
    return {"DATABASE_URL": url}


def _backends(application: str) -> list[int]:
    """The server processes that serve this part."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [application])
        return [pid for (pid,) in cursor.fetchall()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"{url} did not answer within {START_S:.0f} s")


def _postmaster() -> int:
    """The server process, as the parent of our own backend."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    return _parent(backend)


def _backend_cpu_s() -> float:
    """CPU seconds of the server process that serves our own connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return _tree_cpu_s(int(cursor.fetchone()[0]))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command name, which may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _tree_cpu_s(pid: int) -> float:
    """A process, its waited-for children, and its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(_parent(int(entry.name)), []).append(int(entry.name))
    total, queue = 0, [pid]
    while queue:
        current = queue.pop()
        with contextlib.suppress(OSError):
            user, system, waited_user, waited_system = map(int, _stat(current)[11:15])
            total += user + system + waited_user + waited_system
            queue += children.get(current, [])
    return total / TICKS

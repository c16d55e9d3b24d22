"""The heavy process of `jishi work`: files, figures and models, with a limit on its memory.

It dies with its parent and is started again when it dies alone, so that a computation that is too large costs
itself and nothing else. DuckDB and Arrow are loaded here and never where requests are answered.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time

from jishi.cli.postgres import die_with_parent
from jishi.config import environment

PAUSE_S = 0.2
AFTER_TROUBLE_S = 2.0
FINISH_WITHIN_S = 30
RESTART_AFTER_S = (0.5, 2.0, 10.0, 30.0)
STEADY_S = 60.0
FIRST_LINE = "ingest"
HEAD_START_S = 15.0


class Child:
    """Keeps one heavy process running next to this one until it is told to stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="heavy", daemon=True)

    def start(self) -> None:
        """Start it, and again whenever it ends."""
        self._thread.start()

    def stop(self, within_s: float) -> None:
        """Ask it to finish what is in hand, and end it when it does not."""
        self._stop.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(within_s)
            if process.poll() is None:
                process.kill()
                process.wait()
        self._thread.join(1)

    def _keep(self) -> None:
        """PR_SET_PDEATHSIG follows the thread that started the child: this one, which lives on."""
        import structlog

        log, failed = structlog.get_logger("worker"), 0
        while not self._stop.is_set():
            started = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jishi.cli", "work", "--heavy"],
                env=os.environ.copy(),
                # Its work survives a kill, so nothing of it outlives a worker that was killed.
                preexec_fn=die_with_parent(signal.SIGKILL),
                start_new_session=True,
            )
            if self._stop.is_set():
                self._process.send_signal(signal.SIGTERM)
            code = self._process.wait()
            if self._stop.is_set():
                return
            failed = 0 if time.monotonic() - started > STEADY_S else failed + 1
            log.error("worker.heavy_ended", code=code)
            self._stop.wait(RESTART_AFTER_S[min(failed, len(RESTART_AFTER_S) - 1)])


def serve() -> int:
    """Run every line of heavy work in a thread until SIGTERM or SIGINT."""
    from jishi.kernel import heavy

    limit_memory(environment.number("JISHI_HEAVY_MEMORY_MB", 4096))
    stop, caught_up = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(stop))
    if FIRST_LINE not in heavy.lines():
        caught_up.set()
    threads = [
        threading.Thread(target=_work, args=(line, stop, caught_up), name=f"heavy-{line}")
        for line in heavy.lines()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0


def limit_memory(megabytes: int) -> None:
    """Have the kernel refuse more private memory than this."""
    wanted = megabytes * 2**20
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _end(stop: threading.Event) -> None:
    """Ask the lines to end; a computation that does not hear of it is not waited for."""
    stop.set()
    watchdog = threading.Timer(FINISH_WITHIN_S, os._exit, (1,))
    watchdog.daemon = True
    watchdog.start()


def _work(line: str, stop: threading.Event, caught_up: threading.Event) -> None:
    """Repeat what is due on one line; after trouble (a database away) wait.

    After a start the inbox may be full, so all other lines begin when its first round is done.
    """
    import structlog
    from django.db import connection

    from jishi.kernel import heavy

    if line != FIRST_LINE and sys.platform == "linux":
        os.nice(5)  # of this thread alone: pages and the inbox come before figures
    log = structlog.get_logger("heavy")
    if line != FIRST_LINE:
        caught_up.wait(HEAD_START_S)
    while not stop.is_set():
        try:
            worked = heavy.run_due(line)
        except Exception as error:
            log.error("heavy.trouble", line=line, exc_info=error)
            worked = 0
            with contextlib.suppress(Exception):
                connection.close()
            stop.wait(AFTER_TROUBLE_S)
        if line == FIRST_LINE:
            caught_up.set()
        if not worked:
            stop.wait(PAUSE_S)
    connection.close()

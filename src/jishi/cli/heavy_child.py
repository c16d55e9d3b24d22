"""The heavy process of `jishi work`: files, figures and models, with a limit on its memory.

It dies with its parent and is started again when it dies alone, so that a computation that is too large costs
itself and nothing else. DuckDB and Arrow are loaded here and never where requests are answered.
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable

from jishi.cli.home import close_connections
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
    """Keeps heavy work running next to this process until it is told to stop.

    A nursery is forked from this process while it has no threads and no connections yet. It holds the whole
    application in memory, does nothing, and forks the process that computes: a new one begins in a moment,
    where loading the application again would cost seconds of CPU while the inbox fills.
    """

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._nursery = 0
        self._thread = threading.Thread(target=self._watch, name="heavy", daemon=True)

    def start(self) -> None:
        """Fork the nursery; to be called before any other thread is started."""
        self._nursery = _fork(keep)
        self._thread.start()

    def stop(self, within_s: float) -> None:
        """Ask it to finish what is in hand, and end it when it does not."""
        self._stop.set()
        self._tell(signal.SIGTERM)
        self._thread.join(within_s)
        if self._thread.is_alive():
            self._tell(signal.SIGKILL)  # what it forked dies with it
            self._thread.join(1)

    def _watch(self) -> None:
        """A nursery that was killed itself is loaded anew, by this thread: PR_SET_PDEATHSIG follows it."""
        failed, process = 0, None
        while True:
            started = time.monotonic()
            code = process.wait() if process else os.waitstatus_to_exitcode(os.waitpid(self._nursery, 0)[1])
            self._nursery = 0
            if self._stop.is_set():
                return
            failed = _tell_end("nursery", code, failed, started)
            if self._stop.wait(_patience(failed)):
                return
            process = subprocess.Popen(
                [sys.executable, "-m", "jishi.cli", "work", "--heavy"],
                env=os.environ.copy(),
                preexec_fn=die_with_parent(signal.SIGKILL),
                start_new_session=True,
            )
            self._nursery = process.pid
            if self._stop.is_set():
                self._tell(signal.SIGTERM)

    def _tell(self, number: int) -> None:
        if pid := self._nursery:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def keep() -> int:
    """Keep one heavy process running, forked from this one, until SIGTERM."""
    return _Nursery().keep()


class _Nursery:
    """Forks the heavy process, and another one when it dies; has no threads."""

    def __init__(self) -> None:
        self._is_stopping = False
        self._child = 0

    def keep(self) -> int:
        """Fork and wait, until SIGTERM."""
        failed = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while not self._is_stopping:
            started = time.monotonic()
            self._child = _fork(serve)
            if self._is_stopping:
                self._end()
            code = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
            self._child = 0
            if not self._is_stopping:
                failed = _tell_end("heavy", code, failed, started)
                until = time.monotonic() + _patience(failed)
                while not self._is_stopping and time.monotonic() < until:
                    time.sleep(0.05)
        return 0

    def _end(self, *_: object) -> None:
        self._is_stopping = True
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGTERM)


def _fork(work: Callable[[], int]) -> int:
    """Run work in a fork that dies with this process; returns its number."""
    close_connections()
    gc.freeze()  # what is loaded stays shared: collecting would touch every page of it
    sys.stdout.flush()
    sys.stderr.flush()
    parent, die = os.getpid(), die_with_parent(signal.SIGKILL)
    child = os.fork()
    if child:
        gc.unfreeze()
        return child
    code = 1
    try:
        if die is not None:
            die()
        if os.getppid() == parent:
            os.setsid()  # Ctrl-C reaches the worker, which tells us
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            random.seed()  # of its own, not the one that all forks share
            code = work()
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tell_end(part: str, code: int, failed: int, started: float) -> int:
    """Log that a process ended by itself; returns how many times in a row it did so early."""
    import structlog

    structlog.get_logger("worker").error("worker.heavy_ended", part=part, code=code)
    return 0 if time.monotonic() - started > STEADY_S else failed + 1


def _patience(failed: int) -> float:
    """How long to wait before the next start; the first death is met at once."""
    return RESTART_AFTER_S[min(max(failed - 1, 0), len(RESTART_AFTER_S) - 1)]


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

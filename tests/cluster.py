"""Loaded before Django (see `addopts`): one throw-away PostgreSQL per run, and its environment.

Every xdist worker gets a database of its own, cloned from a template that was migrated once. Tests speak
to it as the role that serves requests; only cleaning up uses the owner.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = f"jishi_test_{WORKER}"
TEMPLATE = "jishi_template"

if "JISHI_TEST_CLUSTER" not in os.environ:
    root = Path(tempfile.mkdtemp(prefix="jishi-test-"))
    root.chmod(0o711)
    os.environ["JISHI_TEST_CLUSTER"] = str(root)
    os.environ["JISHI_TEST_CONTROLLER"] = str(os.getpid())
    atexit.register(shutil.rmtree, root, ignore_errors=True)
ROOT = Path(os.environ["JISHI_TEST_CLUSTER"])
IS_CONTROLLER = os.environ.get("JISHI_TEST_CONTROLLER") == str(os.getpid())

for name in [name for name in os.environ if name.startswith(("JISHI_LOGIN_", "DATABASE_"))]:
    del os.environ[name]
os.environ.update(
    JISHI_DEMO="1",
    JISHI_HOME=str(ROOT / f"home-{WORKER}"),
    JISHI_SECRET_KEY="tests-only-" + "k" * 40,
    JISHI_FIELD_KEYS=base64.urlsafe_b64encode(b"tests-only-field-key-of-32-bytes").decode(),
    JISHI_SANDBOX_PSP_SECRET="tests-only-psp-secret",
    JISHI_BASE_URL="http://127.0.0.1:8000",
    JISHI_DB_POOL="0",
    JISHI_LOG_LEVEL="ERROR",
    JISHI_EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    DJANGO_SETTINGS_MODULE="jishi.config.settings",
    DATABASE_URL=f"host={ROOT / 'run'} port=5432 user=jishi_app dbname={DATABASE}",
    DATABASE_OWNER_URL=f"host={ROOT / 'run'} port=5432 user=jishi_owner dbname={DATABASE}",
)
# Playwright drives Chromium from a running event loop in the test's own thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from jishi.cli.postgres import OWNER, SUPERUSER, THROW_AWAY, Cluster  # noqa: E402

SOURCE = Path(__file__).resolve().parents[1]
SHAPED_BY = (
    "src/jishi/**/migrations/*.py",
    "src/jishi/kernel/schema.py",
    "src/jishi/config/settings.py",
    "src/jishi/cli/postgres.py",
    "src/jishi/cli/migrations.py",
    "src/jishi/simulation/sandbox_psp/*",
    "requirements/core.txt",
)
"""What a migrated template depends on; the rest of the code may change without a new one."""


def _template_folder() -> Path:
    digest = hashlib.sha256()
    for pattern in SHAPED_BY:
        for path in sorted(SOURCE.glob(pattern)):
            if path.is_file():
                digest.update(str(path.relative_to(SOURCE)).encode() + path.read_bytes())
    return SOURCE / "var" / "test-template" / digest.hexdigest()[:20]


KEPT = _template_folder()
"""A stopped cluster with the migrated template, kept between runs: migrating takes most of a short run."""

KEPT_AT_MOST = 8
"""Clusters and the files beside them."""

cluster = Cluster(ROOT, options={**THROW_AWAY, "max_connections": "200", "log_min_messages": "fatal"})


def pytest_addoption(parser) -> None:  # type: ignore[no-untyped-def]
    """Declare our own switch."""
    parser.addoption(
        "--update-snapshots", action="store_true", help="store error codes and event schemas anew"
    )


def pytest_configure(config) -> None:  # type: ignore[no-untyped-def]
    """Start the server, in the process that outlives all workers."""
    if IS_CONTROLLER and not config.option.collectonly and cluster.process is None:
        _take_kept()
        cluster.start()
        with cluster.connect(SUPERUSER, "postgres") as connection:
            # Cleaning up must pass the triggers that refuse to truncate append-only tables.
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}")


def pytest_unconfigure(config) -> None:  # type: ignore[no-untyped-def]
    """Stop the server and leave nothing behind."""
    if IS_CONTROLLER:
        worth_keeping = not KEPT.is_dir() and cluster.process is not None and _drop_clones()
        cluster.stop()
        if worth_keeping:
            _keep()
        shutil.rmtree(ROOT, ignore_errors=True)
        sys.stdout.flush()


def _take_kept() -> None:
    """Begin with the kept template; another run may be putting a newer one in its place just now."""
    if not KEPT.is_dir():
        return
    copied = subprocess.run(["cp", "-a", str(KEPT), str(cluster.data)], capture_output=True)
    if copied.returncode or not (cluster.data / "global" / "pg_control").is_file():
        shutil.rmtree(cluster.data, ignore_errors=True)
        shutil.rmtree(KEPT, ignore_errors=True)


def _drop_clones() -> bool:
    """Drop the workers' databases; true when the template is there to be kept."""
    with cluster.connect(SUPERUSER, "postgres") as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
        for name in names:
            if name.startswith("jishi_test_"):
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    return TEMPLATE in names


def _keep() -> None:
    """Put the stopped cluster aside for the next run, beside the last few of other sets of migrations."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    fresh = KEPT.with_suffix(f".{os.getpid()}")
    # Another run may be clearing up at the same moment; then the next one keeps its own.
    copied = subprocess.run(["cp", "-a", str(cluster.data), str(fresh)], capture_output=True)
    if copied.returncode == 0:
        with contextlib.suppress(OSError):
            fresh.rename(KEPT)
        os.utime(KEPT)
    shutil.rmtree(fresh, ignore_errors=True)
    for old in _by_age(KEPT.parent)[KEPT_AT_MOST:]:
        if old.is_dir():
            with contextlib.suppress(OSError):  # out of the way at once, so that nobody finds half of it
                old = old.rename(old.with_suffix(f".old{os.getpid()}"))
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)


def _by_age(folder: Path) -> list[Path]:
    """What lies in a folder, the newest first; what vanishes meanwhile is the oldest."""
    ages = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            ages.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(ages, reverse=True)]

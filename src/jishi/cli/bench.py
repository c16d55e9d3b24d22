"""`jishi bench`: a benchmark from `benchmarks/`, on a throw-away database of production's durability.

A benchmark that says ``NEEDS_DATABASE = False`` gets none: it runs in a light process, without Django.
"""

from __future__ import annotations

import argparse
import ast
import base64
import importlib.util
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from jishi.cli import home, migrations
from jishi.cli.failure import Failure
from jishi.cli.postgres import APP, OWNER, Cluster


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", default="", help="which one; without a name they are listed")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="options of the benchmark itself")


def run(options: argparse.Namespace) -> int:
    """Run one benchmark; it must answer to ``main(arguments) -> int``."""
    folder = _folder()
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    if not options.name:
        print("\n".join(names))
        return 0
    if options.name not in names:
        raise Failure(f"There is no benchmark {options.name}; there are: {', '.join(names)}.")
    rest = [*options.rest, *(["--json"] if options.json else [])]
    if not _needs_database(folder / f"{options.name}.py"):
        return int(_load(folder / f"{options.name}.py").main(rest) or 0)
    root = Path(tempfile.mkdtemp(prefix="jishi-bench-"))
    root.chmod(0o711)
    cluster = Cluster(root / "postgres")
    try:
        cluster.start()
        os.environ.update(
            JISHI_HOME=str(root / "home"),
            JISHI_DEMO="1",
            JISHI_SECRET_KEY=secrets.token_urlsafe(32),
            JISHI_FIELD_KEYS=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            JISHI_SANDBOX_PSP_SECRET=secrets.token_urlsafe(32),
            JISHI_DB_POOL="0",
            JISHI_LOG_LEVEL="WARNING",
        )
        access = home.Access(cluster.url(APP), cluster.url(OWNER), cluster)
        _migrate(access)
        home.set_environment(access)
        return int(_load(folder / f"{options.name}.py").main(rest) or 0)
    finally:
        home.close_connections()
        cluster.stop()
        shutil.rmtree(root, ignore_errors=True)


def _needs_database(path: Path) -> bool:
    """Read from the text: importing the benchmark would already ask for settings."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node) == "NEEDS_DATABASE = False":
            return False
    return True


def _migrate(access: home.Access) -> None:
    """Create the tables as their owner, then turn Django to the serving role."""
    home.set_environment(access, owner=True)
    home.django()
    migrations.apply(owner_url=access.owner_url, say=lambda words: None)
    home.use_database(access.app_url, pool=False)


def _folder() -> Path:
    """Return the benchmarks of the checkout."""
    for start in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if (start / "benchmarks").is_dir():
            return start / "benchmarks"
    raise Failure("The benchmarks are in the source tree: run this from a checkout of it.")


def _load(path: Path) -> Any:
    sys.path.insert(0, str(path.parent.parent))
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(f"benchmarks.{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module

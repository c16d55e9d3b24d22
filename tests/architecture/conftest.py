"""What the architecture tests share: the import graph, the source tree, and snapshots."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "jishi"
SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture(scope="session")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("jishi", cache_dir=None)


@pytest.fixture(scope="session")
def trees() -> dict[Path, ast.Module]:
    files = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
    return {path.relative_to(SOURCE): ast.parse(path.read_text(encoding="utf-8")) for path in files}


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """Return ``snapshot(name, value)``: it equals the stored file, or is stored (--update-snapshots)."""

    def compare(name: str, value: Any) -> None:
        path = SNAPSHOTS / f"{name}.json"
        if request.config.getoption("--update-snapshots"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        stored = json.loads(path.read_text()) if path.exists() else {}
        assert value == stored, f"{name} changed: if that is meant, run pytest --update-snapshots and say why"

    return compare

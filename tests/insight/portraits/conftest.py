"""Every test has a lake of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def lake_root(tmp_path: Path, settings) -> Path:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    return settings.JISHI_LAKE_ROOT

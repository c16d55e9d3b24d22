"""Folders that PostgreSQL's own account may enter: pytest makes its temporary ones private."""

from pathlib import Path

import pytest


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """The test's folder, with the way to it opened for others (passing through, not reading)."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder != tmp_path and folder.stat().st_mode & 0o001:
            break
        folder.chmod(0o711)
    return tmp_path

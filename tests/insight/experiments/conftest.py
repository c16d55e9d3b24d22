"""Nothing that a test ran is still known to the process afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jishi.insight.experiments import queries


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    queries.forget_running()
    yield
    queries.forget_running()

"""How a benchmark tells its result: the last line is one JSON object; a check is a count that must be 0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def show(benchmark: str, figures: Mapping[str, Any], checks: Mapping[str, int], *, as_json: bool) -> int:
    """Print the result, for people as well unless only JSON is wanted; returns the exit code."""
    if not as_json:
        for name, value in {**figures, **checks}.items():
            print(f"{name:<28} {value}")
    print(json.dumps({"benchmark": benchmark, "figures": dict(figures), "checks": dict(checks)}))
    return 1 if any(checks.values()) else 0


def split(found: Mapping[str, Any], checks: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, int]]:
    """Part what was found into figures and the checks among them."""
    figures = {name: value for name, value in found.items() if name not in checks}
    return figures, {name: int(found[name]) for name in checks}

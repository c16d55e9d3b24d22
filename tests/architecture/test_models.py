"""Foreign keys point down, never cascade across domains, and nothing behaves through signals."""

from __future__ import annotations

import ast
import configparser
from pathlib import Path

from django.apps import apps
from django.db import models
from django.db.models.deletion import CASCADE
from tests.architecture.conftest import ROOT

AREAS_OF_ONE_HEIGHT = 1


def heights() -> dict[str, int]:
    """Return how high each area and domain lies; a foreign key may only fall."""
    linter = configparser.ConfigParser()
    linter.read(ROOT / ".importlinter")
    found: dict[str, int] = {}
    for section in linter.sections():
        container = linter[section].get("containers", "")
        if not container or "*" in container:
            continue
        lines = [line for line in linter[section]["layers"].split("\n") if line.strip()]
        for height, line in enumerate(reversed(lines)):
            for name in line.split("|"):
                found[f"{container}.{name.strip().strip('()')}"] = height
    return found


def place(model: type[models.Model]) -> tuple[str, str]:
    parts = model.__module__.split(".")
    return ".".join(parts[:2]), ".".join(parts[:3])


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("jishi.")]


def fault(field: models.ForeignKey, levels: dict[str, int]) -> str:
    """Say what is wrong with a foreign key that leaves its domain."""
    source, target = field.model, field.related_model
    if not target.__module__.startswith("jishi."):
        return ""
    (area, home), (far_area, far_home) = place(source), place(target)
    if home == far_home:
        return ""
    name = f"{source.__name__}.{field.name} -> {target.__name__}"
    if area == far_area:
        falls = levels.get(home, 0) > levels.get(far_home, 0)
    else:
        falls = levels[area] > levels[far_area]
    if not falls:
        return f"{name} points upward or sideways"
    if field.remote_field.on_delete is CASCADE:
        return f"{name} cascades across domains"
    if not (field.remote_field.related_name or "").endswith("+"):
        return f"{name} gives the lower model an attribute"
    return ""


def test_foreign_keys_fall_do_not_cascade_and_leave_no_trace() -> None:
    levels = heights()
    fields = [
        f for model in our_models() for f in model._meta.local_fields if isinstance(f, models.ForeignKey)
    ]

    faults = [words for field in fields if (words := fault(field, levels))]

    assert len(fields) > 20
    assert faults == []


def test_a_planted_foreign_key_upward_is_found() -> None:
    order = apps.get_model("orders", "Order")
    account = apps.get_model("ledger", "Account")
    key = models.ForeignKey(order, on_delete=models.PROTECT, related_name="+")
    key.contribute_to_class(type("Planted", (), {"_meta": account._meta}), "planted", private_only=True)
    key.model, key.remote_field.model = account, order

    words = fault(key, heights())

    account._meta.private_fields[:] = [f for f in account._meta.private_fields if f is not key]
    assert words == "Account.planted -> Order points upward or sideways"


def calls(trees: dict[Path, ast.Module], name: str) -> list[str]:
    return [
        f"{path}:{node.lineno}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) == name
    ]


def test_models_are_never_fetched_by_name(trees: dict[Path, ast.Module]) -> None:
    assert calls(trees, "get_model") == []


def test_no_signal_receivers(trees: dict[Path, ast.Module]) -> None:
    found = calls(trees, "receiver") + calls(trees, "post_save") + calls(trees, "pre_save")

    assert [place for place in found if not place.startswith("kernel/")] == []


def test_models_have_no_logic_in_save(trees: dict[Path, ast.Module]) -> None:
    found = [
        f"{path}: {node.name}"
        for path, tree in trees.items()
        if "models" in path.parts or path.name == "models.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete")
    ]

    assert found == []

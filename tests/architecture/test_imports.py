"""What import-linter cannot see: the public files of a domain, and the words of the tree."""

from __future__ import annotations

import configparser
import re

import grimp
from tests.architecture.conftest import ROOT

PUBLIC = {"contracts", "errors", "events", "ports", "queries", "operations"}
REGISTERS = {"handlers", "pricing", "privacy", "tasks", "providers"}
PLUMBING = {"kernel", "surfaces", "config"}


def domain(module: str) -> str:
    return ".".join(module.split(".")[:3])


def is_public(importer: str, file: str) -> bool:
    if importer.startswith("jishi.wiring"):
        return file in PUBLIC | REGISTERS
    if importer.startswith("jishi.surfaces.ops.backoffice") and file == "models":
        return True
    return file in PUBLIC or (domain(importer) == "jishi.surfaces.lane" and file == "settle")


def intrusions(graph: grimp.ImportGraph) -> list[str]:
    found = []
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            parts = imported.split(".")
            if len(parts) < 4 or domain(importer) == domain(imported) or parts[1] in PLUMBING:
                continue
            if parts[1] in {"simulation", "verification", "cli"}:
                continue  # no domains in these areas
            if not is_public(importer, parts[3]):
                found.append(f"{importer} -> {imported}")
    return found


def test_outsiders_touch_only_the_public_files_of_a_domain(graph: grimp.ImportGraph) -> None:
    assert intrusions(graph) == []


def test_a_planted_import_of_foreign_models_is_found(graph: grimp.ImportGraph) -> None:
    graph.add_import(importer="jishi.trade.orders.operations", imported="jishi.money.ledger.models")

    assert "jishi.trade.orders.operations -> jishi.money.ledger.models" in intrusions(graph)

    graph.remove_import(importer="jishi.trade.orders.operations", imported="jishi.money.ledger.models")


def test_the_map_lists_the_layers_that_are_checked() -> None:
    linter = configparser.ConfigParser()
    linter.read(ROOT / ".importlinter")
    layers = [
        [part.strip().strip("()") for part in line.split("|")]
        for line in linter["importlinter:contract:areas"]["layers"].split("\n")
        if line.strip()
    ]
    block = re.search(r"```layers\n(.*?)```", (ROOT / "docs" / "map.md").read_text(), re.S)
    assert block is not None
    drawn = [
        [part.strip() for part in line.split("  ")[0].split("|")]
        for line in block[1].splitlines()
        if line.strip()
    ]
    assert drawn == layers


def test_no_import_is_excused() -> None:
    assert "ignore_imports" not in (ROOT / ".importlinter").read_text()

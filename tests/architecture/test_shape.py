"""Names, lengths and looks: what keeps the tree readable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.conftest import ROOT, SOURCE

REFUSED = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"}
LONGEST_FUNCTION = 70
LONGEST_FILE = 600
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b")
CHINESE = re.compile(r"[\u3400-\u9fff]")
SENTENCE = re.compile(r"""["'`][A-Z][a-z]+(?: [a-z]+){2,}[^"'`]*["'`]""")


def test_no_module_is_a_drawer(trees: dict[Path, ast.Module]) -> None:
    found = [str(p) for p in trees if p.stem in REFUSED or REFUSED & set(p.parts)]

    assert found == []


def test_functions_fit_on_a_screen(trees: dict[Path, ast.Module]) -> None:
    found = [
        f"{path}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert found == []


def test_files_stay_below_the_wall() -> None:
    places = [SOURCE, ROOT / "tests", ROOT / "benchmarks"]
    files = [path for place in places if place.exists() for path in place.rglob("*.py")]

    found = [
        f"{path.relative_to(ROOT)} {n}"
        for path in files
        if (n := path.read_text().count("\n")) > LONGEST_FILE
    ]

    assert found == []


def test_every_module_says_what_it_owns(trees: dict[Path, ast.Module]) -> None:
    found = [str(path) for path, tree in trees.items() if tree.body and not ast.get_docstring(tree)]

    assert found == []


def templates() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.html") if "templates" in path.parts)


def ours(pattern: str) -> list[Path]:
    return [p for p in SOURCE.glob(pattern) if not {"vendor", "fonts"} & set(p.relative_to(SOURCE).parts)]


def test_templates_carry_no_styles_and_no_handlers() -> None:
    forbidden = re.compile(r"""\sstyle\s*=|<style[\s>]|\son[a-z]+\s*=\s*["']|javascript:""")

    found = [
        f"{path.relative_to(SOURCE)}: {match.group(0).strip()}"
        for path in templates()
        if "email" not in path.parts
        for match in [forbidden.search(path.read_text())]
        if match
    ]

    assert found == []


def test_scripts_in_templates_are_files_or_data() -> None:
    inline = re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"(?:application/(?:ld\+)?json|speculationrules)\")[^>]*>"
    )

    found = [str(path.relative_to(SOURCE)) for path in templates() if inline.search(path.read_text())]

    assert found == []


def test_colours_are_named_in_one_place() -> None:
    sheets = [path for path in ours("surfaces/*/static/**/*.css") if "tokens" not in path.stem]

    found = [
        f"{path.relative_to(SOURCE)}:{number} {line.strip()[:80]}"
        for path in sheets
        for number, line in enumerate(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S).splitlines(), 1)
        if "@supports" not in line
        and COLOUR.search(re.sub(r"url\([^)]*\)", "", line))
        and "--" not in line.split(":")[0]
    ]

    assert found == []


def test_scripts_hold_no_sentences() -> None:
    found = []
    for path in ours("surfaces/*/static/**/*.js"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = line.split("//")[0]
            if code.lstrip().startswith("*") or "Error(" in code:
                continue
            if CHINESE.search(code) or SENTENCE.search(code):
                found.append(f"{path.relative_to(SOURCE)}:{number} {line.strip()[:80]}")

    assert found == []

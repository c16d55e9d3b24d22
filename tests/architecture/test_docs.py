"""Links between the documents lead somewhere, and the map names every area."""

from __future__ import annotations

import re

from tests.architecture.conftest import ROOT, SOURCE

LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_links_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

    broken = [
        f"{document.relative_to(ROOT)} -> {target}"
        for document in documents
        for target in LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]

    assert broken == []


def test_the_map_names_every_domain() -> None:
    words = (ROOT / "docs" / "map.md").read_text()
    domains = [path.parent for path in SOURCE.glob("*/*/apps.py")]

    assert [str(d.relative_to(SOURCE)) for d in domains if f"`{d.name}`" not in words] == []

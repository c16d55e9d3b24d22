"""The side navigation of the consoles: groups of entries as data, found again by the page that is open.

An entry belongs to the pages whose address name begins with one of its words (``order`` also holds
``order_money``), so that a new page under an old entry needs nothing here. The longest word wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation; ``pages`` are the beginnings of the names of its addresses."""

    label: str
    address: str
    symbol: str
    pages: tuple[str, ...]
    count: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading; a group without one is always open."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is shown."""

    label: str
    href: str
    symbol: str
    is_here: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A group as it is shown."""

    label: str
    links: tuple[Link, ...]
    is_open: bool


def parts(groups: Sequence[Group], page: str, counts: Mapping[str, int] | None = None) -> list[Part]:
    """The groups in the reader's language, with the entry of the open page marked and its group open, or the
    first one on a page outside of all groups. ``page`` is the name of its address without the namespace,
    ``counts`` what waits behind an entry by its ``count``.
    """
    here = _find(groups, page)
    home = next((group for group in groups if group.label and here in group.entries), None)
    first = home or next((group for group in groups if group.label), None)
    shown = []
    for group in groups:
        links = tuple(
            Link(
                gettext(entry.label),
                reverse(entry.address),
                entry.symbol,
                entry is here,
                (counts or {}).get(entry.count, 0),
            )
            for entry in group.entries
        )
        shown.append(Part(gettext(group.label) if group.label else "", links, group is first))
    return shown


def _find(groups: Sequence[Group], page: str) -> Entry | None:
    found = [
        (len(word), entry)
        for group in groups
        for entry in group.entries
        for word in entry.pages
        if page == word or page.startswith(f"{word}_")
    ]
    return max(found, key=lambda one: one[0])[1] if found else None

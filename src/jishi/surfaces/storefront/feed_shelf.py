"""Feeds as pages show them: what a feed names, made into cards by their owners, in the feed's order."""

from collections.abc import Iterable
from dataclasses import dataclass

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard
from jishi.social.feed.contracts import FeedPage
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import NoteCard
from jishi.surfaces.shell.facts import Facts
from jishi.surfaces.storefront import picked


@dataclass(frozen=True, slots=True)
class Entry:
    """One card of a feed; `shape` is the aspect bucket that the masonry gives its rows to. `showing` is its
    place in a recommended list, where it stands in one.
    """

    kind: str
    card: NoteCard | ListingCard
    showing: picked.Showing | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """The cards of a page, and the cards of other goods that were asked for along with them."""

    entries: tuple[Entry, ...]
    goods: dict[int, ListingCard]


def lay_out(page: FeedPage, facts: Facts, *, also: Iterable[int] = ()) -> Laid:
    """Make the cards of a page. Whatever this reader may not see (any more) is left out here for good."""
    language, viewer = facts.language, facts.person_id
    note_ids = page.ids("note")
    cards = note_queries.list_cards(note_ids, viewer_id=viewer, language=language) if note_ids else ()
    notes = {card.id: card for card in cards}
    wanted = [*page.ids("product"), *also]
    goods = catalog_queries.list_cards(wanted, language=language) if wanted else {}
    entries = []
    for item in page.items:
        card = notes.get(item.id) if item.kind == "note" else goods.get(item.id)
        if card is not None:
            entries.append(Entry(item.kind, card, picked.showing(item.showing)))
    return Laid(tuple(entries), goods)

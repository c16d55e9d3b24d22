"""How a viewer calls people: by the name they gave them, else by nickname."""

from collections.abc import Mapping

from jishi.people.accounts.contracts import PersonCard
from jishi.social.graph import queries as graph


def names_of(viewer_id: int | None, cards: Mapping[int, PersonCard]) -> dict[int, str]:
    """Names of people whose cards are at hand; one statement, none for nobody."""
    stands = graph.relations(viewer_id, cards) if viewer_id is not None else {}
    return {
        number: (stands[number].remark if number in stands else "") or card.nickname
        for number, card in cards.items()
    }

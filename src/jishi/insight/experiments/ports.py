"""What others may plug in: places where experiments can run, and what happens to people above insight."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from jishi.kernel.errors import N_


@dataclass(frozen=True, slots=True)
class Slot:
    """A place, and what may be shown there: each choice is a payload `shows` with its words.

    Names and words are English msgids, or what people wrote themselves.
    """

    key: str
    name: str
    choices: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Source:
    """What happens to people: a statement that yields `person_id, at, value` over tables of its owner."""

    key: str
    relation: str


_slots: dict[str, Slot] = {
    "cart.empty": Slot(
        "cart.empty",
        N_("Empty cart"),
        (
            ("plain", N_("Only a way to the home page")),
            ("taste", N_("Goods that people with a taste like yours chose")),
        ),
    ),
}
_places: list[Callable[[str], Iterable[Slot]]] = []
_sources: dict[str, Source] = {}


def register_slot(slot: Slot) -> None:
    """Make a place known; the last registration of a key stands."""
    _slots[slot.key] = slot


def register_places(places: Callable[[str], Iterable[Slot]]) -> None:
    """Make places known that stand in the database; asked for, in a language, when somebody plans."""
    _places.append(places)


def slots(language: str = "zh-hans") -> dict[str, Slot]:
    """Every place there is."""
    return _slots | {slot.key: slot for places in _places for slot in places(language)}


def find_slot(key: str, language: str = "zh-hans") -> Slot | None:
    """One place by its key; one that stands in the code costs no statement."""
    return _slots.get(key) or slots(language).get(key)


def register_source(source: Source) -> None:
    """Let a measure count what a higher domain writes down, such as complaints."""
    _sources[source.key] = source


def find_source(key: str) -> Source | None:
    """What was registered under a name."""
    return _sources.get(key)

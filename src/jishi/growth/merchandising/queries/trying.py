"""Slots and landing pages as places of experiments: what may be shown there instead of the usual."""

from collections.abc import Iterator

from jishi.growth.merchandising import rules
from jishi.growth.merchandising.contracts import NOTHING, USUAL, PageState, PlacementState
from jishi.growth.merchandising.models import LandingPage, Placement
from jishi.insight.experiments.ports import Slot
from jishi.kernel.errors import N_
from jishi.kernel.text import pick

MOST = 40


def list_places(language: str) -> Iterator[Slot]:
    """Every slot, and every published landing page."""
    on = Placement.objects.filter(state=PlacementState.ON).order_by("-pk")[: MOST * 2]
    for slot in rules.SLOTS:
        placed = tuple((row.code, pick(row.title, language)) for row in on if row.slot == slot.code)
        usual = ((USUAL, N_("What usually stands there")), (NOTHING, N_("Nothing")))
        yield Slot(place_of_slot(slot.code), slot.name, usual + placed)
    pages = list(LandingPage.objects.filter(state=PageState.PUBLISHED).order_by("-pk")[:MOST])
    titles = {page.code: pick(page.title, language) for page in pages}
    for page in pages:
        others = tuple((code, title) for code, title in titles.items() if code != page.code)
        yield Slot(place_of_page(page.code), titles[page.code], ((USUAL, N_("This page")), *others))


def place_of_slot(code: str) -> str:
    """The key under which experiments know a slot."""
    return f"slot.{code}"


def place_of_page(code: str) -> str:
    """The key under which experiments know a landing page."""
    return f"page.{code}"

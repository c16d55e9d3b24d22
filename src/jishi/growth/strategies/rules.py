"""What can be done on each side of a strategy, what fits together, and how changes are read. Pure."""

from collections.abc import Mapping
from typing import Any

from jishi.growth.strategies.contracts import (
    KINDS,
    MAX_NAME,
    MAX_WORDS,
    SIDES,
    Change,
    Choice,
    Goal,
    Move,
    Side,
    StrategyDraft,
    Sums,
)
from jishi.kernel.errors import N_

CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "assortment": (
        Choice("small_first", N_("Small goods to begin with")),
        Choice("bestsellers", N_("What most people like")),
        Choice("goes_with", N_("What goes with the last order")),
        Choice("refill", N_("What runs out by now")),
        Choice("together", N_("Goods that are bought together with friends")),
        Choice("new_first", N_("First look at new goods")),
        Choice("finest", N_("The finest of each kind")),
        Choice("changed", N_("What is new since their last order")),
    ),
    "content": (
        Choice("how_it_works", N_("How it works here, and how refunds do")),
        Choice("friends_bought", N_("What friends bought")),
        Choice("makers", N_("Stories of the people who make it")),
        Choice("use_it", N_("How to use and keep what they bought")),
        Choice("communities", N_("One community that fits")),
        Choice("thanks", N_("Thanks by name")),
        Choice("preview", N_("A look behind the scenes")),
        Choice("quiet", N_("Nothing: leave them in peace")),
    ),
    "offer": (
        Choice("none", N_("No advantage in price")),
        Choice("first_order", N_("A small first deal")),
        Choice("team_price", N_("Team price with friends")),
        Choice("bargain", N_("A bargain with friends")),
        Choice("free_delivery", N_("Free delivery")),
        Choice("once", N_("One kind offer, once")),
        Choice("voice", N_("A say in what comes next")),
        Choice("early", N_("Buying before others")),
    ),
    "service": (
        Choice("ask_after", N_("Ask how it went after receipt")),
        Choice("person", N_("A person who answers by name")),
        Choice("guide", N_("Help with the first order")),
        Choice("fast_refund", N_("Refunds without questions")),
        Choice("ask_missing", N_("Ask what is missing")),
        Choice("less_mail", N_("Fewer messages")),
    ),
}
UP = ("churned", "at_risk", "potential", "new", "active", "loyal")
"""Stages from what one wants least to what one wants most; a move to the right is a good one."""


def split(subject: str) -> tuple[str, str] | None:
    """The kind and key of a subject; None when it is none."""
    kind, _, key = subject.partition(":")
    return (kind, key) if kind in KINDS and 0 < len(key) <= 40 else None


def fault(draft: StrategyDraft) -> str:
    """The first thing of a draft that cannot be; empty when it can be kept."""
    names = [text for text in draft.name.values() if text]
    if not names or any(len(text) > MAX_NAME for text in names):
        return "name"
    if draft.goal not in tuple(Goal):
        return "goal"
    if set(draft.sides) - set(SIDES):
        return "sides"
    for code, side in draft.sides.items():
        if set(side.choices) - {one.code for one in CHOICES[code]}:
            return code
        if any(len(text) > MAX_WORDS for text in side.words.values()):
            return code
    # Both at once would say that they get something and nothing.
    offer = draft.sides.get("offer", Side())
    if "none" in offer.choices and len(offer.choices) > 1:
        return "offer"
    if not 0 <= draft.budget_minor < 10**13 or len(draft.currency) != 3:
        return "budget"
    return ""


def to_row(sides: Mapping[str, Side]) -> dict[str, Any]:
    """Sides as they are stored."""
    return {code: {"choices": list(one.choices), "words": dict(one.words)} for code, one in sides.items()}


def from_row(row: Mapping[str, Any]) -> dict[str, Side]:
    """Stored sides, in their order; a side nobody spoke of is empty."""
    empty: dict[str, Any] = {"choices": [], "words": {}}
    return {
        code: Side(tuple(row.get(code, empty)["choices"]), row.get(code, empty)["words"]) for code in SIDES
    }


def change(own: tuple[int, int], others: tuple[int, int]) -> Change:
    """How a figure changed from before to after, of its people and of everybody else.

    Both spans are equally long and the people the same, so that sums compare like figures per person.
    """
    return Change(_bps(*own), _bps(*others))


def changes(before: Sums, after: Sums, else_before: Sums, else_after: Sums) -> dict[str, Change]:
    """The change of every figure of a board."""
    return {
        name: change(
            (getattr(before, name), getattr(after, name)),
            (getattr(else_before, name), getattr(else_after, name)),
        )
        for name in ("orders", "gmv_minor", "buyers", "repeat")
    }


def moved(moves: tuple[Move, ...]) -> tuple[int, int, int]:
    """How many people stand higher, where they were, and lower than when it began."""
    higher = sum(one.people for one in moves if _height(one.after) > _height(one.before))
    lower = sum(one.people for one in moves if _height(one.after) < _height(one.before))
    return higher, sum(one.people for one in moves) - higher - lower, lower


def _height(stage: str) -> int:
    return UP.index(stage) if stage in UP else -1


def _bps(before: int, after: int) -> int | None:
    return (after - before) * 10_000 // before if before else None

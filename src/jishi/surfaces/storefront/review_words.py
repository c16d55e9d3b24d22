"""The words around reviews: orders and filters of lists, roles of those who answer, states."""

from django.utils.translation import gettext

from jishi.social.reviews.contracts import Aspect


def sorts() -> list[tuple[str, str]]:
    """Orders of a list of reviews, with their names."""
    return [
        ("helpful", gettext("Most helpful")),
        ("newest", gettext("Newest")),
        ("lowest", gettext("Fewest stars first")),
    ]


def filters(*, is_signed_in: bool) -> list[tuple[str, str]]:
    """Filters of a list of reviews, with their names."""
    found = [
        ("all", gettext("All")),
        ("photos", gettext("With pictures")),
        ("follow_up", gettext("After use")),
    ]
    return [*found, ("friends", gettext("From friends"))] if is_signed_in else found


def roles() -> dict[str, str]:
    """What somebody who answers is to the product."""
    return {
        "buyer": gettext("Bought it"),
        "shop": gettext("The shop"),
        "expert": gettext("Wrote about it"),
        "reader": gettext("Reader"),
    }


def states() -> dict[str, str]:
    """States that an author is told of."""
    return {
        "in_review": gettext("Being reviewed: only you see it"),
        "hidden": gettext("Hidden by a moderator"),
        "rejected": gettext("Not published"),
    }


def named(aspects: tuple[Aspect, ...]) -> list[tuple[str, str]]:
    """Aspects with their names."""
    return [(one.code, gettext(one.name)) for one in aspects]

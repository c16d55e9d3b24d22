"""What the house stands for, and how often it speaks."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from jishi.growth.publishing import rules
from jishi.growth.publishing.contracts import MAX_WORDS, Lane
from jishi.growth.publishing.errors import PieceInvalid
from jishi.growth.publishing.models import Goal, House
from jishi.kernel import audit

MOST_A_WEEK = 99


def set_house(*, themes: Sequence[str], avoided: Sequence[str], by: int) -> None:
    """Write down what the house stands for and which words it does not use.

    :raises PieceInvalid: too many words, or too long ones.
    """
    values = {"themes": _words(themes, "themes"), "avoided": _words(avoided, "avoided")}
    with transaction.atomic():
        House.objects.update_or_create(pk=1, defaults=values)
        audit.record(actor_id=by, action="publishing.set_house", subject="content:house")


def set_goals(*, weekly: Mapping[str, int], by: int) -> None:
    """Say how many pieces a week each lane is meant to have.

    :raises PieceInvalid: no such lane, or a number that cannot be.
    """
    if any(lane not in tuple(Lane) or not 0 <= count <= MOST_A_WEEK for lane, count in weekly.items()):
        raise PieceInvalid(field="weekly")
    with transaction.atomic():
        for lane, count in sorted(weekly.items()):
            Goal.objects.update_or_create(lane=lane, defaults={"weekly": count})
        audit.record(
            actor_id=by, action="publishing.set_goals", subject="content:rhythm", detail=dict(weekly)
        )


def _words(given: Sequence[str], field: str) -> list[str]:
    found = list(dict.fromkeys(rules.line(word) for word in given if rules.line(word)))
    if len(found) > MAX_WORDS or any(len(word) > 40 for word in found):
        raise PieceInvalid(field=field)
    return found

"""How a page asks for its arm, hands it down and says where it was really shown.

Invariants: whoever may not be followed takes part in nothing; a page that is only fetched ahead counts for
nothing; an exposure is noted only if the answer's content has the marked place, for every arm alike; and no
arm says anything about a price, because two people in front of the same goods pay the same.
"""

from collections import OrderedDict
from threading import Lock

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import Assignment
from jishi.surfaces.storefront import picked

REMEMBERED = 50_000

log = structlog.get_logger("experiments")
_noted: OrderedDict[tuple[str, str], None] = OrderedDict()
_lock = Lock()


def arm(request: HttpRequest, slot: str) -> Assignment | None:
    """The arm of whoever asks at a place; None where no experiment runs for them. Writes nothing."""
    who = picked.asker(request)
    if request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1":
        return None
    return queries.assign(slot, person_id=who.person_id, visitor=who.visitor)


def shows(found: Assignment | None, *, otherwise: str) -> str:
    """What to show: the arm's choice, nothing for a hold-out, the usual thing without an experiment."""
    if found is None:
        return otherwise
    return "" if found.is_holdout else str(found.payload.get("shows", otherwise))


def note(request: HttpRequest, response: HttpResponse, found: Assignment | None) -> HttpResponse:
    """Note the exposure, if the answer has the element `data-place="<slot>"`; returns the answer as it is.

    Call it with the finished answer, so that a page that failed or left the place out counts for nobody.
    """
    if found is None or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return response
    if response.status_code != 200 or f'data-place="{found.slot}"'.encode() not in response.content:
        return response
    met(found)
    return response


def met(found: Assignment) -> None:
    """Note the exposure of somebody in whose browser the place was really reached; once in a process."""
    key = (found.experiment, found.unit)
    if key in _noted:
        return
    try:
        experiments.expose([found])
    except DatabaseError as error:
        # The page is right without it; the next showing is noted instead.
        log.warning("experiments.not_noted", exc_info=error)
        return
    with _lock:
        _noted[key] = None
        while len(_noted) > REMEMBERED:
            _noted.popitem(last=False)


def forget_noted() -> None:
    """Remember nothing of what was noted; the table still holds everything once."""
    with _lock:
        _noted.clear()

"""The part of a form that says whom something is for, and how much of it one may have."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.gates.contracts import Gate
from jishi.social.communities import queries as community_queries
from jishi.social.communities.contracts import AUDIENCE as MEMBERS
from jishi.surfaces.merchant import amounts
from jishi.surfaces.merchant.desk import Desk

FIELDS = ("per_household", "per_person_day", "per_day", "community")


def read(request: HttpRequest) -> dict[str, str]:
    """Return what was typed."""
    return {name: request.POST.get(name, "").strip()[:40] for name in FIELDS}


def parse(request: HttpRequest, need: Callable[[str, bool], None]) -> Gate:
    """Return the gate that was typed; `need` takes note of what could not be read."""
    typed = read(request)
    counts = {name: amounts.parse_count(typed[name]) if typed[name] else 0 for name in FIELDS[:3]}
    need(gettext("Limits"), None not in counts.values())
    audience = AudienceRef(MEMBERS, typed["community"]) if typed["community"] else None
    return Gate(**{name: count or 0 for name, count in counts.items()}, audience=audience)


def context(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """Return what `merchant/parts/limits.html` shows."""
    partners = community_queries.list_partnerships(desk.shop.id)
    return {
        "limits": read(request),
        "partners": [(slug, name) for slug, name, state in partners if state == "agreed"],
    }

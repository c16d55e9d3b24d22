"""What the shop believes about me: my interests, which I change, and my portrait with a switch on every tag.

What I say stands: a computation never brings back what I took away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from jishi.goods.catalog import queries as catalog
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits import queries
from jishi.insight.portraits.contracts import Interest, Portrait
from jishi.kernel.errors import DomainError
from jishi.people.privacy import operations as consents
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose
from jishi.social.feed import queries as feed
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

SAID_BY = {"category": "categories", "topic": "topics", "brand": "fav_brand"}
"""Which tag says why an interest of a kind is believed."""
FAMILIES = ("static", "value", "preference", "behaviour", "social")


@dataclass(frozen=True, slots=True)
class Line:
    """One tag as its owner reads it."""

    code: str
    name: str
    meaning: str
    label: str
    evidence: str
    is_hidden: bool
    is_needed: bool


@login_required
@require_http_methods(["GET", "POST"])
def interests(request: HttpRequest) -> HttpResponse:
    """See, add and take away what I am interested in."""
    person_id, language = _person(request), request_facts.of(request).language
    if request.method == "POST":
        add = [key for key in request.POST.getlist("add") if key]
        remove = [key for key in request.POST.getlist("remove") if key]
        try:
            portraits.edit_interests(person_id=person_id, add=add, remove=remove)
            messages.success(request, gettext("Saved"))
        except DomainError as error:
            refusals.tell(request, error)
        return HttpResponseRedirect(reverse("storefront:interests"))
    found = queries.list_interests(person_id, language)
    believed = {one.code: one.evidence for one in queries.get_portrait(person_id).tags}
    why = {kind: believed.get(tag, "") for kind, tag in SAID_BY.items()}
    context = {
        "mine": [one for one in found if one.origin == "yours"],
        "inferred": [(one, why.get(one.key.partition(":")[0], "")) for one in found if one.origin != "yours"],
        "categories": _choices(found, language),
        "topics": _topics(found),
        "is_personal": privacy.allows(person_id, Purpose.PERSONALISATION),
    }
    return render(request, "storefront/portrait/interests.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def portrait(request: HttpRequest) -> HttpResponse:
    """What the shop knows about me, in plain words; every tag can be switched off."""
    person_id, language = _person(request), request_facts.of(request).language
    if request.method == "POST":
        try:
            _switch(request, person_id)
            messages.success(request, gettext("Saved"))
        except DomainError as error:
            refusals.tell(request, error)
        return HttpResponseRedirect(reverse("storefront:portrait"))
    found = queries.get_portrait(person_id)
    stands = privacy.consents(person_id)
    context = {
        "families": _families(found, queries.surroundings(person_id, language)),
        "computed_at": found.computed_at,
        "has_consent": found.has_consent,
        "stages": [(one, gettext(one.name)) for one in queries.stages_of(person_id) if one.shop_id is None],
        "switches": [
            (
                Purpose.ANALYTICS,
                gettext("Learn from what I look at"),
                gettext("Off: only what your orders need is kept, and nothing is learned from looking."),
                stands[Purpose.ANALYTICS].given,
            ),
            (
                Purpose.PERSONALISATION,
                gettext("Use it to choose what I see"),
                gettext("Off: lists are the same for everybody. It never changes a price."),
                stands[Purpose.PERSONALISATION].given,
            ),
        ],
    }
    return render(request, "storefront/portrait/portrait.html", context)


def _switch(request: HttpRequest, person_id: int) -> None:
    """A consent, or one tag."""
    purpose, tag = request.POST.get("purpose", ""), request.POST.get("tag", "")
    if purpose:
        verb = consents.give if request.POST.get("given") == "1" else consents.withdraw
        verb(person_id=person_id, purpose=purpose)
        portraits.touch(person_id=person_id)
    elif tag:
        key = f"tag:{tag[:40]}"
        shows = request.POST.get("given") == "1"
        portraits.edit_interests(
            person_id=person_id, add=[key] if shows else (), remove=() if shows else [key]
        )


def _families(portrait: Portrait, around: queries.Surroundings) -> list[tuple[str, list[Line]]]:
    names = {
        "static": gettext("From my account"),
        "value": gettext("From my orders"),
        "preference": gettext("What I seem to like"),
        "behaviour": gettext("How I use the shop"),
        "social": gettext("Me among others"),
    }
    known = {one.code: one for one in queries.list_tags()}
    rows: dict[str, list[Line]] = {family: [] for family in FAMILIES}
    for value in portrait.tags:
        tag = known[value.code]
        if value.value in (None, "", []):
            continue
        rows[tag.family].append(
            Line(
                code=tag.code,
                name=gettext(tag.name),
                meaning=gettext(tag.meaning),
                label=around.label(value),
                evidence=value.evidence,
                is_hidden=f"tag:{tag.code}" in portrait.hidden,
                is_needed=tag.basis == "contract",
            )
        )
    return [(names[family], lines) for family, lines in rows.items() if lines]


def _choices(found: Sequence[Interest], language: str) -> list[tuple[str, str]]:
    """Main categories that are not among the interests yet."""
    known = {one.key for one in found}
    filled = [one for one in catalog.list_categories(language) if one.listing_count]
    rows = [(f"category:{one.slug}", one.name) for one in filled]
    return [row for row in rows if row[0] not in known]


def _topics(found: Sequence[Interest]) -> list[tuple[str, str]]:
    """Topics that people write about and that are not among the interests yet."""
    known = {one.key for one in found}
    rows = [(f"topic:{one.slug}", one.name) for one in feed.list_topics(limit=24)]
    return [row for row in rows if row[0] not in known]


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id

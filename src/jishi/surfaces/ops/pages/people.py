"""People in the console: found by name, code or contact; one with tags, evidence, stages and what they did.

Every look at a person is written down. Contact details are shown once, on request, with a reason.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.goods.merchants import queries as merchants
from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import Family, Portrait, Tag, TagChange
from jishi.kernel import audit
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import rule_forms
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats

SPARK_WIDTH, SPARK_HEIGHT = 96, 24
HISTORY = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """A tag of a person, with the line of its history."""

    tag: Tag
    name: str
    meaning: str
    label: str
    evidence: str
    line: str
    changes: tuple[TagChange, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did, in words, with its address."""

    at: datetime
    icon: str
    words: str
    href: str


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Find somebody."""
    text = request.GET.get("q", "").strip()[:80]
    found = people.find_people(text) if text else ()
    if text:
        audit.record(actor_id=person(request), action="people.search", subject="people")
    spread = {} if text else portraits.spread(("stage",))["stage"]
    stages = [
        (gettext(one.name), spread.get(one.code, 0), f"{reverse('ops:people_behind')}?stage={one.code}")
        for one in portraits.list_stages()
    ]
    return render(request, "ops/people/index.html", {"text": text, "found": found, "stages": stages})


@operator
@require_http_methods(["GET", "POST"])
def portrait(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is known about one person; a form on it asks for contact details."""
    found = people.find_person_by_code(code)
    if found is None:
        raise Http404
    by = person(request)
    contacts: tuple[str, str] | None = None
    reason = request.POST.get("reason", "").strip()[:80]
    if request.method == "POST" and reason:
        contacts = people.get_contacts(found.id)
        audit.record(
            actor_id=by, action="people.contacts", subject=f"person:{code}", detail={"reason": reason}
        )
    else:
        audit.record(actor_id=by, action="people.view", subject=f"person:{code}")
    known = portraits.get_portrait(found.id)
    language = request_facts.of(request).language
    shops = merchants.list_shops(language=language)
    around = portraits.surroundings(found.id, language)
    context = {
        "person": found,
        "portrait": known,
        "families": _families(known, around, portraits.history(found.id, limit=HISTORY)),
        "segments": around.segments,
        "stages": [
            (shops[one.shop_id].name if one.shop_id in shops else "", one, gettext(one.name))
            for one in portraits.stages_of(found.id)
        ],
        "deeds": _deeds(found.id, language),
        "contacts": contacts,
        "asks": request.method == "POST" and not reason,
    }
    return render(request, "ops/people/person.html", context)


def _families(
    portrait: Portrait, around: portraits.Surroundings, changes: Sequence[TagChange]
) -> list[tuple[str, str, list[Shown]]]:
    """The five families; what a person asked not to be shown is not."""
    by_tag: dict[str, list[TagChange]] = defaultdict(list)
    for change in changes:
        by_tag[change.tag].append(change)
    known = {one.code: one for one in portraits.list_tags()}
    names = rule_forms.group_names()
    rows: dict[str, list[Shown]] = {family.value: [] for family in Family}
    for value in portrait.tags:
        tag = known[value.code]
        if f"tag:{tag.code}" in portrait.hidden or value.value in (None, "", []):
            continue
        mine = tuple(by_tag.get(tag.code, ()))
        rows[tag.family].append(
            Shown(
                tag=tag,
                name=gettext(tag.name),
                meaning=gettext(tag.meaning),
                label=around.label(value),
                evidence=value.evidence,
                line=spark(mine) if tag.kind == "number" else "",
                changes=mine[:6],
            )
        )
    return [(code, names[code], shown) for code, shown in rows.items()]


def spark(changes: Sequence[TagChange]) -> str:
    """The values of a number over time as points of a small line, the oldest left; '' for fewer than two."""
    ordered = sorted(changes, key=lambda change: change.at)
    values = [one.after for one in ordered if isinstance(one.after, int | float)]
    if ordered and isinstance(ordered[0].before, int | float):
        values.insert(0, ordered[0].before)
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step = SPARK_WIDTH / (len(values) - 1)
    room = SPARK_HEIGHT - 4
    points = (
        f"{n * step:.1f},{2 + room - room * (value - low) / ((high - low) or 1):.1f}"
        for n, value in enumerate(values)
    )
    return " ".join(points)


def _deeds(person_id: int, language: str) -> list[Deed]:
    stages = {one.code: gettext(one.name) for one in portraits.list_stages()}
    rows = []
    for act in portraits.timeline(person_id):
        amount = formats.money(act.amount_minor, act.currency, language) if act.amount_minor else ""
        icon, words, href = {
            "order_paid": ("box", gettext("Paid an order of %(amount)s"), "ops:order"),
            "order_placed": ("box", gettext("Placed an order of %(amount)s, not paid"), "ops:order"),
            "note": ("edit", gettext("Published “%(words)s”"), "storefront:note"),
            "share": ("share", gettext("Shared a link (%(words)s)"), ""),
            "review": ("star", gettext("Reviewed with %(words)s stars"), ""),
            "stage": ("flame", gettext("Moved: %(before)s to %(words)s"), ""),
        }[act.kind]
        said = stages.get(act.words, act.words) if act.kind == "stage" else act.words
        before = stages.get(act.currency, gettext("newcomer")) if act.kind == "stage" else ""
        text = words % {"amount": amount, "words": said, "before": before}
        rows.append(Deed(act.at, icon, text, reverse(href, args=[act.code]) if href else ""))
    return rows

"""Segments: the list, one with its members, how they overlap, and the people behind any number here."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.insight.portraits import operations as segments
from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import Members, SegmentView
from jishi.kernel import audit, clock
from jishi.kernel.errors import DomainError, Invalid
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import audience_tables as tables
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals

PAGE_SIZE = 50
MOST_COMPARED = 8
EXPORT_MOST = 200_000


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    """Every segment with its size, what it means and who came this week."""
    found = portraits.list_segments()
    came = portraits.count_came(days=7)
    kinds = tables.kind_names()
    if tables.wants_csv(request):
        rows = [
            (one.code, one.name, one.kind, one.count, came.get(one.code, 0), one.words, one.computed_at)
            for one in found
        ]
        header = ("code", "name", "kind", "people", "came_7_days", "rule", "computed_at")
        return tables.csv(request, "segments", header, rows)
    kind = request.GET.get("kind", "")
    shown = [one for one in found if not kind or one.kind == kind]
    counts = [("", gettext("All"), len(found))]
    counts += [(code, name, sum(1 for one in found if one.kind == code)) for code, name in kinds.items()]
    context = {
        "segments": shown,
        "came": came,
        "kinds": kinds,
        "kind": kind,
        "tabs": [row for row in counts if row[2] or not row[0]],
        "owners": people.list_people({one.owner_id for one in found if one.owner_id}),
        "most": max((one.count for one in found), default=0),
        "computed_at": clock.now(),
    }
    return render(request, "ops/audiences/index.html", context)


@operator
@require_GET
def audience(request: HttpRequest, code: str) -> HttpResponseBase:
    """One segment: who is in it, since when it was computed, what is done with it."""
    found = portraits.get_segment(code)
    if tables.wants_csv(request):
        return _export(request, found)
    page = portraits.page_members(code, _after(request), PAGE_SIZE)
    context = {
        "segment": found,
        "kind": tables.kind_names()[found.kind],
        "came": portraits.count_came(days=7).get(code, 0),
        "lines": tables.faces(page.people),
        "next_after": page.next_after,
        "owner": people.list_people({found.owner_id}).get(found.owner_id) if found.owner_id else None,
        "others": [one for one in portraits.list_segments() if one.code != code][:7],
        "card": tables.traits(found),
    }
    return render(request, "ops/audiences/audience.html", context)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Compute again, keep a snapshot, or put away."""
    verb, by = request.POST.get("do", ""), person(request)
    onward = reverse("ops:audience", args=[code])
    try:
        if verb == "recompute":
            came, left = segments.recompute(code=code)
            said = gettext("%(came)s came, %(left)s left.") % {"came": came, "left": left}
        elif verb == "snapshot":
            copied = segments.take_snapshot(code=code, name=request.POST.get("name", ""), owner_id=by)
            onward, said = reverse("ops:audience", args=[copied]), gettext("The snapshot is kept.")
        elif verb == "archive":
            segments.archive_segment(code=code)
            onward, said = reverse("ops:audiences"), gettext("The segment is put away.")
        else:
            return HttpResponseRedirect(onward)
        audit.record(actor_id=by, action=f"segments.{verb}", subject=f"segment:{code}")
        messages.success(request, said)
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(onward)


@operator
@require_GET
def overlap(request: HttpRequest) -> HttpResponseBase:
    """How many people segments share."""
    everything = portraits.list_segments()
    chosen = request.GET.getlist("code")[:MOST_COMPARED] or [one.code for one in everything[:5]]
    found = portraits.overlap(chosen)
    sizes = [found.cells[n][n] for n in range(len(found.codes))]
    if tables.wants_csv(request):
        rows = [(name, *cells) for name, cells in zip(found.names, found.cells, strict=True)]
        return tables.csv(request, "overlap", ("segment", *found.names), rows)
    matrix = [
        (
            found.codes[row],
            found.names[row],
            [
                (
                    found.codes[column],
                    shared,
                    shared * 10_000 // sizes[row] if sizes[row] else 0,
                    tables.heat(shared, sizes[row]) if row != column else -1,
                    row == column,
                )
                for column, shared in enumerate(found.cells[row])
            ],
        )
        for row in range(len(found.codes))
    ]
    context = {"everything": everything, "chosen": chosen, "names": found.names, "matrix": matrix}
    return render(request, "ops/audiences/overlap.html", context)


@operator
@require_GET
def behind(request: HttpRequest) -> HttpResponseBase:
    """The people behind a number: of a rule, of a stage, of a move, or shared by two segments."""
    page, title = _behind(request)
    if tables.wants_csv(request):
        rows = ((one.code, one.name) for one in page.people)
        return tables.csv(request, "people", ("person", "name"), rows)
    audit.record(
        actor_id=person(request), action="people.list", subject="people", detail=dict(request.GET.items())
    )
    rule = request.GET.get("rule", "")
    context = {
        "lines": tables.faces(page.people),
        "next_after": page.next_after,
        "title": title,
        "count": portraits.count_reach(_rule(rule)) if rule else None,
    }
    return render(request, "ops/audiences/behind.html", context)


def _behind(request: HttpRequest) -> tuple[Members, str]:
    get, after = request.GET, _after(request)
    limit = 5000 if tables.wants_csv(request) else PAGE_SIZE
    if get.get("rule"):
        rule = _rule(get["rule"])
        return portraits.page_people(rule, after=after, limit=limit), portraits.describe(rule)
    stages = {one.code: gettext(one.name) for one in portraits.list_stages()}
    shop = get.get("shop", "")
    shop_id = int(shop) if shop.isascii() and shop.isdecimal() and len(shop) < 10 else None
    if get.get("stage") in stages:
        page = portraits.page_stage(get["stage"], shop_id=shop_id, after=after, limit=limit)
        return page, stages[get["stage"]]
    if get.get("before") in stages or get.get("to") in stages:
        days = int(get["days"]) if get.get("days", "") in ("7", "30", "90") else 30
        before, to = get.get("before", ""), get.get("to", "")
        moved = portraits.page_moved(
            before=before, to=to, days=days, shop_id=shop_id, after=after, limit=limit
        )
        return moved, f"{stages.get(before, '…')} → {stages.get(to, '…')}"
    if get.get("one") and get.get("other"):
        one, other = portraits.get_segment(get["one"]), portraits.get_segment(get["other"])
        return portraits.page_shared(
            one.code, other.code, after=after, limit=limit
        ), f"{one.name} ∩ {other.name}"
    return Members(()), gettext("Nobody")


def _rule(text: str) -> dict[str, object]:
    try:
        rule = json.loads(text[:4000])
        portraits.describe(rule)
    except (ValueError, Invalid) as error:
        raise Http404 from error
    return dict(rule)


def _export(request: HttpRequest, found: SegmentView) -> HttpResponseBase:
    ids = portraits.list_members(found.code)[:EXPORT_MOST]
    cards = people.list_people(ids)
    rows = ((cards[one].code, cards[one].nickname) for one in ids if one in cards)
    return tables.csv(request, f"segment-{found.code}", ("person", "name"), rows)


def _after(request: HttpRequest) -> int | None:
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

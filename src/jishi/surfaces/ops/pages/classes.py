"""Ready ways to part people: classes of customers, social life, clusters; and the catalogue of tags."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.insight.portraits import operations as segments
from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import Tag
from jishi.kernel import audit
from jishi.kernel.errors import N_, DomainError
from jishi.surfaces.ops import audience_tables as tables
from jishi.surfaces.ops import rule_forms
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals

FIFTHS = (5, 4, 3, 2, 1)
USES = {
    "screen:person": N_("Portrait"),
    "screen:interests": N_("Interests that people edit"),
    "segment:builder": N_("Rules of segments"),
    "model:clusters": N_("Clusters"),
}
READY_MADE = N_("Ready-made segments")


@dataclass(frozen=True, slots=True)
class Level:
    """One value of a tag: how many people have it, and where they are."""

    name: str
    count: int
    share_bps: int
    href: str


@operator
@require_GET
def rfm(request: HttpRequest) -> HttpResponseBase:
    """Classes of customers, the grid of fifths, and how people moved in thirty days."""
    grid = portraits.rfm_grid()
    if tables.wants_csv(request):
        rows = [
            (one.code, one.name, one.people, one.share_bps / 100, one.orders, one.amount_minor, grid.currency)
            for one in grid.classes
        ]
        header = ("class", "name", "people", "share_percent", "orders", "amount_minor", "currency")
        return tables.csv(request, "rfm", header, rows)
    moved = portraits.rfm_movement()
    most = max((n for row in grid.cells for n in row), default=0)
    cells = [
        (
            FIFTHS[row],
            [
                (count, tables.heat(count, most), _fifths_behind(FIFTHS[row], column + 1))
                for column, count in enumerate(line)
            ],
        )
        for row, line in enumerate(grid.cells)
    ]
    context = {
        "grid": grid,
        "classes": [(one, _class_behind(one.code)) for one in grid.classes],
        "total": sum(one.people for one in grid.classes),
        "cells": cells,
        "moved": _moved(moved.cells),
        "moved_names": [gettext(name) if name else gettext("No buyer yet") for name in moved.names],
        "before": moved.before,
        "after": moved.after,
        "bounds": grid.bounds,
    }
    return render(request, "ops/audiences/rfm.html", context)


@operator
@require_GET
def social(request: HttpRequest) -> HttpResponse:
    """How people live among others here: active, could be, silent; and how far they reach."""
    tags = ("social_activity", "influence")
    spread = portraits.spread(tags)
    known = {one.code: one for one in portraits.list_tags()}
    blocks = [(known[tag], _levels(known[tag], spread[tag])) for tag in tags]
    return render(request, "ops/audiences/social.html", {"blocks": blocks})


@operator
@require_GET
def clusters(request: HttpRequest) -> HttpResponse:
    """Groups that the data makes by itself, each as a card."""
    found = [one for one in portraits.list_segments() if one.kind == "cluster"]
    run = portraits.newest_run("cluster")
    cards = [(one, tables.cluster_name(number), tables.traits(one)) for number, one in enumerate(found)]
    context = {
        "cards": cards,
        "run": run,
        "waits": run is not None and run.state in ("waiting", "running"),
        "total": sum(one.count for one in found),
    }
    template = (
        "ops/audiences/cluster_cards.html"
        if request.GET.get("part") == "1"
        else "ops/audiences/clusters.html"
    )
    return render(request, template, context)


@operator
@require_POST
def cluster(request: HttpRequest) -> HttpResponse:
    """Ask for a new clustering; the heavy process answers."""
    wanted = request.POST.get("k", "")
    try:
        segments.ask_clusters(k=int(wanted) if wanted.isdecimal() and len(wanted) < 3 else None)
        audit.record(actor_id=person(request), action="segments.cluster", subject="clusters")
        messages.success(request, gettext("The groups are being made; this takes a moment."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:audience_clusters"))


@operator
@require_GET
def tags(request: HttpRequest) -> HttpResponseBase:
    """Every tag: what it means, how fresh it is, what it is made of and who uses it."""
    found = portraits.list_tags()
    if tables.wants_csv(request):
        rows = [
            (
                one.family,
                one.code,
                gettext(one.name),
                gettext(one.meaning),
                one.unit,
                one.freshness,
                one.basis,
            )
            for one in found
        ]
        header = ("family", "code", "name", "meaning", "unit", "freshness", "basis")
        return tables.csv(request, "tags", header, rows)
    names = rule_forms.group_names()
    families: dict[str, list[tuple[Tag, str, str, list[str]]]] = {}
    for one in found:
        uses = dict.fromkeys(gettext(USES.get(use, READY_MADE)) for use in one.used_by)
        row = (one, gettext(one.name), gettext(one.meaning), list(uses))
        families.setdefault(one.family, []).append(row)
    context = {
        "families": [(names[code], rows) for code, rows in families.items()],
        "count": len(found),
    }
    return render(request, "ops/audiences/tags.html", context)


def _levels(tag: Tag, counts: dict[str, int]) -> list[Level]:
    total = sum(counts.values())
    rows = [
        Level(
            gettext(one.name),
            counts.get(one.code, 0),
            counts.get(one.code, 0) * 10_000 // total if total else 0,
            tables.behind(tables.one_of(f"tag:{tag.code}", one.code)),
        )
        for one in tag.choices
    ]
    if counts.get(""):
        rows.append(Level(gettext("unknown"), counts[""], counts[""] * 10_000 // total, ""))
    return rows


def _class_behind(code: str) -> str:
    return tables.behind(tables.one_of("tag:rfm", code))


def _fifths_behind(recency: int, frequency: int) -> str:
    return tables.behind(
        {
            "all": [
                {"field": "tag:recency_fifth", "op": "eq", "value": recency},
                {"field": "tag:frequency_fifth", "op": "eq", "value": frequency},
            ]
        }
    )


def _moved(cells: tuple[tuple[int, ...], ...]) -> list[list[tuple[int, int, bool]]]:
    """The movement with its heat; who stayed is not warm."""
    most = max((n for r, row in enumerate(cells) for c, n in enumerate(row) if r != c), default=0)
    return [
        [(n, tables.heat(n, most) if r != c else -1, r == c) for c, n in enumerate(row)]
        for r, row in enumerate(cells)
    ]

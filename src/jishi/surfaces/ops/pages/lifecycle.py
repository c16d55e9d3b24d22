"""The board of stages: who stands where, who moved, from which silence on somebody is at risk, what helps."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from jishi.goods.merchants import queries as merchants
from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import Board
from jishi.surfaces.ops import audience_tables as tables
from jishi.surfaces.ops import charts
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts

SPANS = ("7", "30", "90")
TONES = {
    "potential": "", "new": "gold", "active": "ok", "loyal": "hot", "at_risk": "bad", "churned": "off",
}  # fmt: skip


@operator
@require_GET
def board(request: HttpRequest) -> HttpResponseBase:
    """The platform's board, or one shop's."""
    days = request.GET.get("days", "30")
    days = days if days in SPANS else "30"
    text = request.GET.get("shop", "")
    shops = merchants.list_shops(language=request_facts.of(request).language)
    shop_id = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    shop_id = shop_id if shop_id in shops else None
    found = portraits.lifecycle_board(int(days), shop_id)
    if tables.wants_csv(request):
        names = [gettext(one.name) for one in found.stages]
        rows = [(name, *cells) for name, cells in zip(names, found.cells, strict=True)]
        return tables.csv(request, "lifecycle", ("from", *names), rows)
    meanings = {one.code: one for one in portraits.list_stages()}
    more = {"days": days, **({"shop": str(shop_id)} if shop_id else {})}
    new = reverse("ops:audience_new")
    columns = [
        {
            "line": one,
            "name": gettext(one.name),
            "meaning": gettext(meanings[one.code].meaning),
            "strategy": gettext(meanings[one.code].strategy),
            "tone": TONES.get(one.code, ""),
            "href": _people(stage=one.code, **more),
            "came": _people(to=one.code, **more),
            "left": _people(before=one.code, **more),
            "segment": f"{new}?{urlencode({'field': 'tag:stage', 'value': one.code})}",
        }
        for one in found.stages
    ]
    context = {
        "board": found,
        "columns": columns,
        "total": sum(one.people for one in found.stages),
        "flow": _flow(found, more),
        "matrix": _matrix(found, more),
        "names": [gettext(one.name) for one in found.stages],
        "spans": [(one, gettext("%(days)s days") % {"days": one}) for one in SPANS],
        "days": days,
        "shops": sorted(shops.values(), key=lambda shop: shop.name),
        "shop_id": shop_id,
    }
    return render(request, "ops/lifecycle.html", context)


def _people(**query: str) -> str:
    return f"{reverse('ops:people_behind')}?{urlencode(query)}"


def _flow(found: Board, more: dict[str, str]) -> charts.Flow | None:
    """Moves as ribbons from the stage before to the one after."""
    stages = [(one.code, gettext(one.name)) for one in found.stages]
    edges = [
        (0, before, after, count, _people(before=before_code, to=after_code, **more))
        for (before_code, before), row in zip(stages, found.cells, strict=True)
        for (after_code, after), count in zip(stages, row, strict=True)
        if count and before_code != after_code
    ]
    return charts.flow(edges) if edges else None


def _matrix(found: Board, more: dict[str, str]) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Moves as a table: rows are where people were."""
    most = max((n for row in found.cells for n in row), default=0)
    codes = [one.code for one in found.stages]
    return [
        (
            gettext(one.name),
            [
                (n, tables.heat(n, most), _people(before=one.code, to=codes[place], **more) if n else "")
                for place, n in enumerate(row)
            ],
        )
        for one, row in zip(found.stages, found.cells, strict=True)
    ]

"""The components of the shell in their states, to look at in both themes and languages."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingFilter
from jishi.kernel import clock
from jishi.surfaces.ops import charts
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import states

TOKENS = (
    "accent",
    "accent-soft",
    "ok",
    "ok-soft",
    "gold",
    "gold-soft",
    "bad",
    "bad-soft",
    "surface",
    "sunken",
    "ink",
    "ink-2",
    "ink-3",
)
ICONS = (
    *("home", "grid", "team", "cart", "user", "search", "back", "right", "down", "close", "plus", "minus"),
    *("check", "share", "copy", "clock", "pin", "truck", "box", "wallet", "card", "shop", "bag", "shield"),
    *("star", "heart", "crown", "flame", "filter", "sort", "qr", "image", "info", "warn", "refund", "mail"),
    *("bell", "gear", "globe", "moon", "sun", "list", "chart", "edit", "trash", "gift", "logout", "upload"),
    *("download", "link"),
)


class Sample(forms.Form):
    """A form with one field in each state."""

    plain = forms.CharField(label=_("Name"), required=False, help_text=_("As it should appear."))
    wrong = forms.IntegerField(label=_("Quantity"), min_value=1)


@operator
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component once per state."""
    page = catalog_queries.page_listings(
        filter=ListingFilter(), sort="newest", limit=4, language=request_facts.of(request).language
    )
    today = clock.now().date()
    days = [today - timedelta(days=n) for n in range(13, -1, -1)]
    values = [n * n * 900 + 4000 for n in range(14)]
    context = {
        "page": page,
        "form": Sample({"plain": "", "wrong": "0"}),
        "tokens": TOKENS,
        "icons": ICONS,
        "soon": clock.now() + timedelta(hours=5, minutes=4),
        "kinds": {kind: tuple(known) for kind, known in states.KINDS.items()},
        "chart": charts.daily(days, values, [1] * 14, values[::-1]),
        "person": request.user,
    }
    return render(request, "ops/styleguide.html", context)

"""Pictures of the library and accounts outside, with the platforms' figures."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import queries
from jishi.growth.publishing.contracts import ChannelView
from jishi.growth.publishing.errors import AssetInvalid, FiguresInvalid
from jishi.insight.portraits import queries as portraits
from jishi.kernel import clock, http
from jishi.kernel.errors import DomainError
from jishi.surfaces.ops import content_forms as forms
from jishi.surfaces.ops import content_words as words
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import formats
from jishi.surfaces.shell.formats import PLATFORM_ZONE

SOON_DAYS = 30
MOST_BYTES = 13 * 1024 * 1024
MOST_FILM_BYTES = 61 * 1024 * 1024
COLUMNS = "date,url,views,likes,comments,shares,clicks,spent"


@operator
@require_GET
def assets(request: HttpRequest) -> HttpResponse:
    """The library, with what runs out soon."""
    names, get = words.licences(), request.GET
    licence = get.get("licence", "")
    licence = licence if licence in names else ""
    today = clock.now().astimezone(PLATFORM_ZONE).date()
    rows = queries.list_assets(text=get.get("q", "").strip(), licence=licence)
    context = {
        "tab": "assets",
        "rows": [
            (one, names[one.licence], one.expires_on is not None and (one.expires_on - today).days)
            for one in rows
        ],
        "licences": names,
        "licence": licence,
        "q": get.get("q", ""),
        "soon": SOON_DAYS,
    }
    return render(request, "ops/content/assets.html", context)


@operator
@require_http_methods(["GET", "POST"])
def asset_new(request: HttpRequest) -> HttpResponse:
    """Add a picture with its right."""
    trouble = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or (file.size or 0) > MOST_BYTES:
                raise AssetInvalid(field="file")
            film = request.FILES.get("film")
            if film is not None and (film.size or 0) > MOST_FILM_BYTES:
                raise AssetInvalid(field="film")
            code = content.add_asset(
                data=file.read(),
                film=film.read() if film else b"",
                draft=forms.asset(request),
                by=person(request),
            )
        except DomainError as error:
            trouble = forms.refusal(error)
        else:
            messages.success(request, gettext("It is in the library."))
            return HttpResponseRedirect(reverse("ops:content_asset", args=[code]))
    return _asset_form(request, trouble)


@operator
@require_http_methods(["GET", "POST"])
def asset(request: HttpRequest, code: str) -> HttpResponse:
    """One picture: what is said about it."""
    trouble = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "archive":
                content.archive_asset(code=code, by=person(request))
                return HttpResponseRedirect(reverse("ops:content_assets"))
            content.edit_asset(code=code, draft=forms.asset(request), by=person(request))
        except AssetInvalid as error:
            trouble = forms.refusal(error)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:content_asset", args=[code]))
    return _asset_form(request, trouble, code)


@operator
@require_GET
def channels(request: HttpRequest) -> HttpResponse:
    """The accounts of the house on other platforms."""
    sums = queries.sums_of_channels()
    found = [(one, sums.get(one.code, {})) for one in queries.list_channels()]
    rows = [(one, counted, _cost_of_visit(one, counted)) for one, counted in found]
    return render(request, "ops/content/channels.html", {"tab": "channels", "rows": rows})


@operator
@require_http_methods(["GET", "POST"])
def channel_new(request: HttpRequest) -> HttpResponse:
    """Write down an account."""
    trouble = ""
    if request.method == "POST":
        try:
            code = content.open_channel(draft=forms.channel(request), by=person(request))
        except DomainError as error:
            trouble = forms.refusal(error)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:content_channel", args=[code]))
    return _channel_page(request, trouble)


@operator
@require_http_methods(["GET", "POST"])
def channel(request: HttpRequest, code: str) -> HttpResponse:
    """One account: what it takes, whom it reaches, its figures."""
    found, trouble, by = queries.get_channel(code), "", person(request)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "rhythm":
                hours = request.POST.get("hours", "")
                chosen = int(hours) if hours in forms.RHYTHMS else -1
                content.set_rhythm(code=code, hours=chosen, by=by)
            elif request.POST.get("do") in ("close", "reopen"):
                content.close_channel(code=code, by=by, active=request.POST["do"] == "reopen")
            else:
                content.save_channel(code=code, draft=forms.channel(request), by=by)
        except DomainError as error:
            trouble = forms.refusal(error)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:content_channel", args=[code]))
    return _channel_page(request, trouble, found)


@operator
@require_POST
def figures(request: HttpRequest, code: str) -> HttpResponse:
    """Take over a platform's table; what is wrong is said line by line, and then nothing is taken."""
    found, file = queries.get_channel(code), request.FILES.get("file")
    data = file.read(2_000_001) if file is not None else request.POST.get("lines", "").encode()
    done = content.import_figures(channel_code=code, data=data, by=person(request))
    if done.faults:
        faults = [(one.line, one.column, gettext(one.message) % dict(one.params)) for one in done.faults]
        refusal = http.message_of(FiguresInvalid(count=len(faults)))
        lines = request.POST.get("lines", "")
        return _channel_page(request, "", found, faults=faults, refusal=refusal, lines=lines)
    counts = {"added": done.added, "changed": done.changed, "same": done.same}
    messages.success(
        request, gettext("%(added)s lines are new, %(changed)s changed, %(same)s were known.") % counts
    )
    return HttpResponseRedirect(reverse("ops:content_channel", args=[code]))


def _cost_of_visit(one: ChannelView, sums: dict[str, int]) -> str:
    """What a visit cost so far, '' while nothing can be said."""
    clicks = sums.get("clicks", 0)
    spent = sums.get("spent_minor", 0) + one.draft.cost_minor * sums.get("posts", 0)
    if not clicks or not spent:
        return ""
    return formats.money(round(spent / clicks), one.draft.currency, get_language() or "en")


def _asset_form(request: HttpRequest, trouble: str, code: str = "") -> HttpResponse:
    found = queries.get_asset(code) if code else None
    context = {
        "tab": "assets",
        "asset": found,
        "given": forms.asset_given(found, request if trouble else None),
        "trouble": trouble,
        "licences": words.licences(),
    }
    return render(request, "ops/content/asset.html", context, status=422 if trouble else 200)


def _channel_page(
    request: HttpRequest, trouble: str, found: ChannelView | None = None, **more: Any
) -> HttpResponse:
    given = forms.channel_given(found.draft if found else None, request if trouble else None)
    context: dict[str, Any] = {
        "tab": "channels",
        "channel": found,
        "given": given,
        "trouble": trouble,
        "platforms": queries.list_platforms(),
        "segments": portraits.list_segments(),
        "figures": queries.list_figures(found.code) if found else (),
        "posted": queries.list_posted(found.code) if found else (),
        "columns": COLUMNS,
        "rhythms": words.rhythms(),
        "fetch_said": gettext(found.fetch_said) if found and found.fetch_said else "",
        **more,
    }
    wrong = trouble or more.get("faults")
    return render(request, "ops/content/channel.html", context, status=422 if wrong else 200)

"""The content plan: the calendar by week and month, all pieces, days and hot topics, rhythm, results."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import queries
from jishi.growth.publishing.contracts import Day, Lane, PieceView, State
from jishi.growth.publishing.errors import PieceInvalid
from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.surfaces.ops import content_forms as forms
from jishi.surfaces.ops import content_words as words
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell.formats import PLATFORM_ZONE

AHEAD = timedelta(days=75)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Card:
    """A piece in the calendar."""

    piece: PieceView
    state: str
    tone: str
    lane: str
    on: str
    at: str
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One day, or one day of one lane."""

    on: date
    cards: tuple[Card, ...]
    days: tuple[str, ...] = ()
    is_today: bool = False
    is_other: bool = False


@operator
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """The plan by week with a row for every lane, or by month."""
    view = "month" if request.GET.get("view") == "month" else "week"
    today = clock.now().astimezone(PLATFORM_ZONE).date()
    on, names = _day(request.GET.get("on", ""), today), words.lanes()
    lane = request.GET.get("lane", "")
    lane = lane if lane in names else ""
    first, last = _span(view, on)
    cards = [_card(one) for one in queries.list_between(_start(first), _start(last + DAY), lane=lane)]
    named = _named(queries.list_days(first, last), request_facts.of(request).language)
    days = [first + DAY * number for number in range((last - first).days + 1)]
    context: dict[str, Any] = {
        "tab": "calendar",
        "view": view,
        "on": on,
        "lane": lane,
        "lanes": names,
        "first": first,
        "last": last,
        "before": first - DAY if view == "week" else date(on.year, on.month, 1) - DAY,
        "after": last + DAY if view == "week" else date(on.year, on.month, 28) + DAY * 7,
        "unplanned": [_card(one) for one in queries.list_unplanned()],
        "planned": len(cards),
        "back": request.get_full_path(),
    }
    if view == "week":
        context["days"] = [Cell(one, (), named.get(one, ()), one == today) for one in days]
        context["rows"] = [
            (code, name, [Cell(one, _of(cards, one, code), (), one == today) for one in days])
            for code, name in names.items()
            if not lane or code == lane
        ]
    else:
        cells = [
            Cell(one, _of(cards, one), named.get(one, ()), one == today, one.month != on.month)
            for one in days
        ]
        context["weeks"] = [cells[place : place + 7] for place in range(0, len(cells), 7)]
        context["days"] = [Cell(one, ()) for one in days[:7]]
    return render(request, "ops/content/calendar.html", context)


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All pieces by state, what is due soonest first."""
    names, counts = words.states(), queries.count_states()
    state = request.GET.get("state", "")
    state = state if state in names else ""
    whole = sum(count for code, count in counts.items() if code != State.DROPPED)
    tabs = [("", gettext("In the plan"), whole)]
    tabs += [(code, name, counts.get(code, 0)) for code, (name, _) in names.items()]
    rows = [_card(one) for one in queries.list_pieces(state=state)]
    return render(
        request, "ops/content/index.html", {"tab": "pieces", "tabs": tabs, "state": state, "rows": rows}
    )


@operator
@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """Days that come, and what rises now; each can become an idea."""
    today = clock.now().astimezone(PLATFORM_ZONE).date()
    on = _day(request.GET.get("on", ""), today)
    kinds, language = words.kinds(), request_facts.of(request).language
    rows = [
        (one, pick(one.name, language), kinds[one.kind], (one.on - today).days)
        for one in queries.list_days(on, on + AHEAD)
    ]
    hot = queries.list_hot()
    context = {
        "tab": "days",
        "rows": rows,
        "searches": [one for one in hot if one.kind == "search"],
        "topics": [one for one in hot if one.kind == "topic"],
        "on": on,
        "until": on + AHEAD,
        "after": on + AHEAD + DAY,
    }
    return render(request, "ops/content/days.html", context)


@operator
@require_http_methods(["GET", "POST"])
def rhythm(request: HttpRequest) -> HttpResponse:
    """How often each lane and account speaks, and what the house stands for."""
    trouble = ""
    if request.method == "POST":
        try:
            _settle(request)
        except DomainError as error:
            trouble = forms.refusal(error)
        else:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("ops:content_rhythm"))
    first, last = _span("week", clock.now().astimezone(PLATFORM_ZONE).date())
    found = queries.rhythm(_start(first), _start(last + DAY))
    lanes, house = words.lanes(), queries.get_house()
    channels = {f"channel:{one.code}": one for one in queries.list_channels(active=True)}
    post = request.POST if trouble else {}
    context = {
        "tab": "rhythm",
        "trouble": trouble,
        "first": first,
        "last": last,
        "lanes": [(one, code, lanes[code]) for one in found if (code := one.key[5:]) in lanes],
        "channels": [(one, channels[one.key]) for one in found if one.key in channels],
        "themes": post.get("themes", "、".join(house.themes)),
        "avoided": post.get("avoided", "、".join(house.avoided)),
    }
    return render(request, "ops/content/rhythm.html", context, status=422 if trouble else 200)


@operator
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """What came of published pieces."""
    names = words.lanes()
    lane = request.GET.get("lane", "")
    lane = lane if lane in names else ""
    rows = [(one, names[one.piece.lane]) for one in queries.list_results(lane=lane)]
    return render(
        request, "ops/content/results.html", {"tab": "results", "rows": rows, "lanes": names, "lane": lane}
    )


def _settle(request: HttpRequest) -> None:
    by, post = person(request), request.POST
    if post.get("do") == "house":
        content.set_house(
            themes=forms.lines(post.get("themes", "")[:4000]),
            avoided=forms.lines(post.get("avoided", "")[:4000]),
            by=by,
        )
    else:
        fault = PieceInvalid(field="weekly")
        weekly = {str(lane): forms.number(post.get(f"weekly_{lane}", ""), fault) for lane in Lane}
        content.set_goals(weekly=weekly, by=by)


def _card(one: PieceView) -> Card:
    state, tone = words.states()[one.state]
    due = one.due_at.astimezone(PLATFORM_ZONE) if one.due_at else None
    return Card(
        piece=one,
        state=state,
        tone=tone,
        lane=words.lanes()[one.lane],
        on=due.date().isoformat() if due else "",
        at=f"{due:%H:%M}" if due else "",
        is_fixed=one.state in (State.PUBLISHED, State.WAITING, State.DROPPED),
    )


def _of(cards: list[Card], on: date, lane: str = "") -> tuple[Card, ...]:
    text = on.isoformat()
    return tuple(one for one in cards if one.on == text and (not lane or one.piece.lane == lane))


def _named(found: tuple[Day, ...], language: str) -> dict[date, tuple[str, ...]]:
    names: dict[date, tuple[str, ...]] = {}
    for one in found:
        names[one.on] = (*names.get(one.on, ()), pick(one.name, language))
    return names


def _day(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return otherwise
    return found if 2000 <= found.year <= 2100 else otherwise


def _span(view: str, on: date) -> tuple[date, date]:
    """Monday to Sunday of the week, or the whole weeks of the month."""
    if view == "week":
        first = on - DAY * on.weekday()
        return first, first + DAY * 6
    begin = date(on.year, on.month, 1)
    end = date(on.year, on.month, monthrange(on.year, on.month)[1])
    return begin - DAY * begin.weekday(), end + DAY * (6 - end.weekday())


def _start(on: date) -> datetime:
    return datetime.combine(on, time(0), PLATFORM_ZONE).astimezone(UTC)

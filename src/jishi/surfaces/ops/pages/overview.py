"""The overview: how much is sold, how teams fill, how far sharing travels; every figure leads to its rows."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from jishi.insight.portraits import queries as portraits
from jishi.kernel import clock
from jishi.money.escrow import queries as escrow_queries
from jishi.promotions.plays import queries as play_queries
from jishi.social.shares import queries as share_queries
from jishi.surfaces.ops import audience_tables as tables
from jishi.surfaces.ops import charts, figures, period
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.ops.period import Period
from jishi.surfaces.shell.formats import PLATFORM_ZONE
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import DaySales

TEAM_ORDER = ("formed", "open", "expired", "failed")


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of the table beside the chart."""

    day: date
    paid: int
    paid_minor: int
    before_minor: int | None


@operator
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The figures of a period, beside the one before if asked."""
    now = clock.now()
    chosen = period.of(request.GET, at=now)
    facts = _facts(chosen)
    before = _facts(chosen.before) if chosen.compares else None
    held = {currency: money[1] for currency, money in escrow_queries.list_totals().items()}
    chart, rows, currency = _chart(chosen, facts)
    context = {
        "period": chosen,
        "ranges": period.choices(),
        "figures": figures.build(chosen, facts, before, held),
        "numbers": facts,
        "before": chosen.before,
        "chart": chart,
        "rows": rows,
        "currency": currency,
        "teams": charts.whole([(code, facts.teams.by_state[code]) for code in TEAM_ORDER]),
        "team_states": [(code, facts.teams.by_state[code]) for code in TEAM_ORDER],
        "crowd": _people(),
        "computed_at": now,
    }
    return render(request, "ops/overview.html", context)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Where people stand as customers: stages and classes with their people behind them."""

    total: int
    parts: tuple[charts.Slice, ...]
    stages: tuple[tuple[str, str, int, str], ...]
    classes: tuple[tuple[str, int, str], ...]


def _people() -> Crowd:
    """Everybody by stage of life, and buyers by class, from one statement."""
    spread = portraits.spread(("stage", "rfm"))
    stages = tuple(
        (one.code, gettext(one.name), spread["stage"].get(one.code, 0), _behind(one.code))
        for one in portraits.list_stages()
    )
    names = tables.choice_names("rfm")
    classes = tuple(
        (name, spread["rfm"].get(code, 0), tables.behind(tables.one_of("tag:rfm", code)))
        for code, name in names.items()
    )
    return Crowd(
        total=sum(count for _, _, count, _ in stages),
        parts=charts.whole([(code, count) for code, _, count, _ in stages]),
        stages=stages,
        classes=tuple(sorted(classes, key=lambda row: -row[1])[:4]),
    )


def _behind(stage: str) -> str:
    return tables.behind(tables.one_of("tag:stage", stage))


def _facts(span: Period) -> figures.Facts:
    return figures.Facts(
        sales=order_queries.sales_between(since=span.since, until=span.until),
        teams=play_queries.team_stats(since=span.since, until=span.until),
        shares=share_queries.chain_depths(since=span.since, until=span.until),
    )


def _chart(span: Period, facts: figures.Facts) -> tuple[charts.Chart, list[DayRow], str]:
    """The days of the currency that sold most; one read covers the span before as well."""
    start = span.before.since if span.compares else span.since
    sold = order_queries.daily_sales(since=start, until=span.until, zone=PLATFORM_ZONE)
    main = max(facts.sales, key=lambda row: row.paid_minor, default=None)
    currency = main.currency if main else "CNY"
    by_day: dict[date, DaySales] = {row.day: row for row in sold if row.currency == currency}
    values = [by_day[day].paid_minor if day in by_day else 0 for day in span.days]
    counts = [by_day[day].paid if day in by_day else 0 for day in span.days]
    earlier = None
    if span.compares:
        earlier = [by_day[day].paid_minor if day in by_day else 0 for day in span.before.days]
    rows = [
        DayRow(day, counts[place], values[place], earlier[place] if earlier else None)
        for place, day in enumerate(span.days)
    ]
    return charts.daily(span.days, values, counts, earlier), rows, currency

"""The figures of the overview: what each is called, what it means, where it leads, and how it changed.

Invariant: the list behind ``href`` holds exactly the rows that the figure counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language, gettext

from jishi.promotions.plays.contracts import TeamStats
from jishi.social.shares.contracts import ChainStats
from jishi.surfaces.ops.period import Period
from jishi.surfaces.shell import formats
from jishi.trade.orders.contracts import PeriodSales


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; several lines when there are several currencies."""

    code: str
    label: str
    lines: tuple[str, ...]
    href: str
    definition: str
    change: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was read about one span."""

    sales: Sequence[PeriodSales]
    teams: TeamStats
    shares: ChainStats

    @property
    def placed(self) -> int:
        """Orders placed, of every currency."""
        return sum(row.placed for row in self.sales)

    @property
    def placed_paid(self) -> int:
        """Of those placed, the ones that were paid at some time."""
        return sum(row.placed_paid for row in self.sales)

    @property
    def paid(self) -> int:
        """Orders whose money arrived."""
        return sum(row.paid for row in self.sales)

    @property
    def back(self) -> int:
        """Of those paid, the ones whose money went or goes back."""
        return sum(row.back for row in self.sales)

    @property
    def paid_bps(self) -> int:
        """The share of placed orders that were paid."""
        return self.placed_paid * 10_000 // self.placed if self.placed else 0

    @property
    def shared_bps(self) -> int:
        """The share of paid orders that came through a link."""
        return min(10_000, self.shares.orders * 10_000 // self.paid) if self.paid else 0

    def minor(self, name: str) -> dict[str, int]:
        """An amount by currency."""
        return {row.currency: getattr(row, name) for row in self.sales}


def build(period: Period, now: Facts, before: Facts | None, held: dict[str, int]) -> list[Figure]:
    """Say the figures of a span, beside those of the span before it."""
    return [*_money(period, now, before, held), *_teams(period, now, before), *_shares(period, now, before)]


def _money(period: Period, now: Facts, before: Facts | None, held: dict[str, int]) -> list[Figure]:
    orders = reverse("ops:orders")
    return [
        Figure(
            "gmv",
            gettext("GMV paid"),
            _amounts(now.minor("paid_minor")),
            f"{orders}?{period.query}&by=paid&paid=1",
            gettext("What buyers paid in this period, delivery included, before refunds."),
            _money_change(now, before),
            "hot",
        ),
        Figure(
            "orders",
            gettext("Orders"),
            (_count(now.placed),),
            f"{orders}?{period.query}",
            gettext("Orders placed in this period, paid or not. One checkout at two shops is two orders."),
            _change(now.placed, before.placed if before else None),
        ),
        Figure(
            "paid_share",
            gettext("Paid share"),
            (_percent(now.paid_bps),),
            f"{orders}?{period.query}&paid=1",
            gettext("Of the orders placed in this period, the share that was paid."),
            _points(now.paid_bps, before.paid_bps if before else None),
        ),
        Figure(
            "refunds",
            gettext("Refunds"),
            _amounts(now.minor("back_minor")),
            f"{orders}?{period.query}&by=paid&state=back",
            gettext("Orders paid in this period whose money went back or is on its way back."),
            _change(now.back, before.back if before else None),
            "bad" if now.back else "",
        ),
        Figure(
            "escrow",
            gettext("Held in escrow now"),
            _amounts(held),
            reverse("ops:finance"),
            gettext(
                "Buyers' money that is held until they receive their goods. As of now, whatever the period."
            ),
            tone="gold",
        ),
    ]


def _teams(period: Period, now: Facts, before: Facts | None) -> list[Figure]:
    teams = f"{reverse('ops:teams')}?{period.query}"
    old = before.teams if before else None
    return [
        Figure(
            "teams_opened",
            gettext("Teams opened"),
            (_count(now.teams.opened),),
            teams,
            gettext("Teams whose leader paid in this period."),
            _change(now.teams.opened, old.opened if old else None),
        ),
        Figure(
            "teams_formed",
            gettext("Teams formed"),
            (_count(now.teams.by_state["formed"]),),
            f"{teams}&state=formed",
            gettext("Of the teams opened in this period, those that filled every seat in time."),
            _change(now.teams.by_state["formed"], old.by_state["formed"] if old else None),
            "ok",
        ),
        Figure(
            "completion",
            gettext("Completion rate"),
            (_percent(now.teams.completion_bps),),
            f"{teams}&state=formed",
            gettext("Formed teams among those that ended. Teams that are still filling do not count."),
            _points(now.teams.completion_bps, old.completion_bps if old else None),
        ),
    ]


def _shares(period: Period, now: Facts, before: Facts | None) -> list[Figure]:
    shares = f"{reverse('ops:shares')}?{period.query}"
    old = before.shares if before else None
    return [
        Figure(
            "shared_orders",
            gettext("Orders through people"),
            (_count(now.shares.orders),),
            shares,
            gettext("Orders paid in this period by buyers who came through somebody's link."),
            _change(now.shares.orders, old.orders if old else None),
        ),
        Figure(
            "shared_share",
            gettext("Share through people"),
            (_percent(now.shared_bps),),
            shares,
            gettext("Of the orders paid in this period, the share that came through somebody's link."),
            _points(now.shared_bps, before.shared_bps if before else None),
        ),
        Figure(
            "depth",
            gettext("Deepest share chain"),
            (_count(now.shares.deepest),),
            shares,
            gettext("How many people stood between the first sharer and the last one active in this period."),
            _change(now.shares.deepest, old.deepest if old else None),
        ),
    ]


def _language() -> str:
    return get_language() or "en"


def _amounts(minor: dict[str, int]) -> tuple[str, ...]:
    shown = {currency: value for currency, value in minor.items() if value} or dict(list(minor.items())[:1])
    ordered = sorted(shown.items(), key=lambda pair: -pair[1])
    return tuple(formats.money(value, currency, _language()) for currency, value in ordered) or ("–",)


def _count(value: int) -> str:
    return formats.number(value, _language())


def _percent(bps: int) -> str:
    return formats.percent(bps, _language())


def _money_change(now: Facts, before: Facts | None) -> str:
    """Amounts of several currencies cannot be added, so only a single currency is compared."""
    if before is None:
        return ""
    currencies = {row.currency for row in (*now.sales, *before.sales)}
    if len(currencies) != 1:
        return ""
    currency = currencies.pop()
    old = before.minor("paid_minor").get(currency, 0)
    new = now.minor("paid_minor").get(currency, 0)
    return _against(new, old, formats.money(old, currency, _language()))


def _change(now: int, before: int | None) -> str:
    return "" if before is None else _against(now, before, _count(before))


def _against(now: int, before: int, shown: str) -> str:
    if not before:
        return gettext("before: %(before)s") % {"before": shown}
    bps = (now - before) * 10_000 // before
    sign = "+" if bps > 0 else ""
    return gettext("%(change)s, before: %(before)s") % {"change": sign + _percent(bps), "before": shown}


def _points(now: int, before: int | None) -> str:
    return "" if before is None else gettext("before: %(before)s") % {"before": _percent(before)}

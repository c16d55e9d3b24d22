"""Offers and teams for tests, through placing, paying and the handlers, as in life."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from tests import cluster as throw_away
from tests.factories import trade
from tests.factories.trade import NOON, Buyer, Scene

from jishi.kernel import ids
from jishi.kernel.outbox import relay
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays import settle
from jishi.promotions.plays.contracts import (
    HelpView,
    OfferView,
    RallyView,
    SeatOutcome,
    Seeker,
    TeamView,
)
from jishi.promotions.plays.models import Rally, Seat, Team
from jishi.trade.checkout.contracts import Placed

ALONE, TOGETHER = 1000, 700
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Party:
    """An offer for one product, and ways to start, join and pay."""

    scene: Scene
    offer: OfferView

    def start(self, who: Buyer, *, at: datetime = NOON, quantity: int = 1, **tokens: str) -> Placed:
        """Place an order that starts a team."""
        return self._place(who, {"offer": self.offer.code, **tokens}, at, quantity)

    def join(self, who: Buyer, team: str, *, at: datetime = NOON, quantity: int = 1, **tokens: str) -> Placed:
        """Place an order that joins a team."""
        return self._place(who, {"offer": self.offer.code, "team": team, **tokens}, at, quantity)

    def started(self, who: Buyer | None = None, *, at: datetime = NOON, **tokens: str) -> Team:
        """Start a team and pay for it; return it open."""
        placed = self.start(who or trade.buyer(), at=at, **tokens)
        trade.pay(placed, at=at)
        return team_of(placed)

    def joined(self, team: Team, who: Buyer | None = None, *, at: datetime = NOON, **tokens: str) -> Placed:
        """Join a team and pay for it."""
        placed = self.join(who or trade.buyer(), team.code, at=at, **tokens)
        trade.pay(placed, at=at)
        return placed

    def _place(self, who: Buyer, tokens: Mapping[str, str], at: datetime, quantity: int) -> Placed:
        return trade.place(who, (self.scene.variant_id, quantity), tokens=tokens, at=at)


def party(
    *,
    stock: int = 100,
    starts_at: datetime = NOON - timedelta(days=1),
    ends_at: datetime | None = None,
    stock_limit: int | None = None,
    budget_minor: int | None = None,
    **params: Any,
) -> Party:
    """Open a shop with one product and an offer for it; teams of two in 24 hours unless said otherwise."""
    scene = trade.scene(price=ALONE, stock=stock)
    offer = plays.create_offer(
        shop_id=scene.shop.id,
        product_id=scene.product_id,
        mechanic="group_buy",
        params={"size": 2, **params},
        prices={scene.variant_id: TOGETHER},
        starts_at=starts_at,
        ends_at=ends_at,
        stock_limit=stock_limit,
        budget_minor=budget_minor,
        at=NOON - timedelta(days=1),
    )
    return Party(scene, offer)


@dataclass(frozen=True)
class Round:
    """A rally offer for one product, and ways to start, help and buy."""

    scene: Scene
    offer: OfferView

    def start(self, who: Buyer, *, at: datetime = NOON, device: str = "") -> str:
        """Begin a rally; return its code."""
        return plays.start_rally(
            offer_code=self.offer.code,
            variant_id=self.scene.variant_id,
            person_id=who.id,
            device=device,
            at=at,
        )

    def help(self, code: str, who: Buyer | None = None, *, at: datetime = NOON, **facts: str) -> HelpView:
        """Help somebody."""
        return plays.help_rally(rally_code=code, person_id=(who or trade.buyer()).id, at=at, **facts)

    def buy(self, who: Buyer, code: str, *, at: datetime = NOON) -> Placed:
        """Place the order of what a rally earned."""
        return trade.place(who, (self.scene.variant_id, 1), tokens={"rally": code}, at=at)


def rally_round(
    mechanic: str = "bargain",
    *,
    floor: int = 400,
    stock: int = 100,
    stock_limit: int | None = None,
    budget_minor: int | None = None,
    ends_at: datetime | None = None,
    **params: Any,
) -> Round:
    """Open a shop with one product and an offer for which friends are gathered."""
    scene = trade.scene(price=ALONE, stock=stock)
    offer = plays.create_offer(
        shop_id=scene.shop.id,
        product_id=scene.product_id,
        mechanic=mechanic,
        params=params,
        prices={scene.variant_id: floor},
        starts_at=NOON - timedelta(days=1),
        ends_at=ends_at,
        stock_limit=stock_limit,
        budget_minor=budget_minor,
        at=NOON - timedelta(days=1),
    )
    return Round(scene, offer)


def rally(code: str) -> Rally:
    """Read a rally."""
    return Rally.objects.get(code=code)


def see(code: str, who: Buyer | None = None, *, at: datetime = NOON) -> RallyView:
    """Return a rally as somebody sees it."""
    return play_queries.get_rally(code, viewer_id=who.id if who else None, at=at)


def seat_of(placed: Placed) -> Seat:
    """Return the seat behind an order."""
    return Seat.objects.select_related("team").get(order_code=placed.order_codes[0])


def team_of(placed: Placed) -> Team:
    """Return the team behind an order."""
    return seat_of(placed).team


def fresh(team: Team) -> Team:
    """Read a team again."""
    return Team.objects.get(pk=team.pk)


def view(team: Team, who: Buyer | None = None, *, at: datetime = NOON) -> TeamView:
    """Return a team as somebody sees it."""
    return play_queries.get_team(team.code, viewer_id=who.id if who else None, language="en", at=at)


def order_state(placed: Placed) -> str:
    """Return where the order of a purchase stands."""
    return trade.state(placed.order_codes[0])


def finish_refunds(*placed: Placed, at: datetime = NOON + timedelta(days=3)) -> None:
    """Let every refund that is due arrive, and every handler hear of it."""
    trade.finish_refunds(*[item.order_codes[0] for item in placed], at=at)
    relay.drain()


def reserve(*wishes: tuple[str, int], at: datetime | None = NOON, epoch: int = 0) -> list[SeatOutcome]:
    """Have people ask for seats (team code, person id) in one batch, as the lane does."""

    async def run() -> list[SeatOutcome]:
        url = throw_away.cluster.url("jishi_app", throw_away.DATABASE)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            seekers = [Seeker(team, person, epoch, ids.new_code()) for team, person in wishes]
            return await settle.settle(connection, seekers=seekers, at=at)

    return asyncio.run(run())

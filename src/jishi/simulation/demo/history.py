"""Six weeks of deals: people share, team up, pay, wait, receive, change their minds.

A discrete-event simulation over the real operations: every step happens at its own instant, and whatever lies
after the last instant simply has not happened yet. That is why the world ends in every state there is.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from jishi.goods.merchants import operations as merchants
from jishi.goods.pricing.contracts import PriceLine
from jishi.kernel import clock
from jishi.kernel.errors import Conflict
from jishi.kernel.outbox import relay
from jishi.money.payments import operations as payments
from jishi.people.accounts import queries as account_queries
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.simulation.demo import people
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware
from jishi.social.shares import operations as shares
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout import queries as checkout_queries
from jishi.trade.checkout.contracts import Placed
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries

Step = Callable[[datetime], None]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CARRIERS = ("sf", "zto", "yto", "ems")


@dataclass(order=True)
class _Due:
    at: datetime
    number: int
    step: Step = field(compare=False)


@dataclass(frozen=True, slots=True)
class ShortTeam:
    """A team that waits for one more person."""

    code: str
    offer_code: str
    variant_id: int
    people: frozenset[int]


class History:
    """The agenda of the simulation and the verbs people use on the shop."""

    def __init__(
        self,
        dice: random.Random,
        crowd: Crowd,
        wares: list[Ware],
        *,
        until: datetime,
        progress: Callable[..., None],
    ) -> None:
        self.dice, self.crowd, self.wares, self.until = dice, crowd, wares, until
        self.team_wares = [ware for ware in wares if ware.offer_code]
        self.progress = progress
        self.agenda: list[_Due] = []
        self.numbers = itertools.count()
        self.orders = 0
        self.addresses: dict[int, int] = {}

    def later(self, at: datetime, step: Step) -> None:
        """Let ``step`` happen at ``at``, if the world lives that long."""
        if at < self.until:
            heapq.heappush(self.agenda, _Due(at, next(self.numbers), step))

    def run(self, expected: int) -> None:
        """Let everything happen in order of time."""
        while self.agenda:
            due = heapq.heappop(self.agenda)
            with clock.as_of(due.at):
                try:
                    due.step(due.at)
                except Conflict:
                    # Sold out, team just filled, order already under way: people shrug and go on.
                    continue
            self.progress("orders", self.orders, expected)

    # --- what people do -------------------------------------------------------------------------------

    def between(self, shortest: timedelta, longest: timedelta) -> timedelta:
        """A span, drawn evenly."""
        return shortest + (longest - shortest) * self.dice.random()

    def arrive(self, person: int, kind: str, key: str, via: str | None, at: datetime) -> None:
        """Open the link a friend sent."""
        if via:
            shares.record_visit(code=via, visitor=f"demo{person:09d}", person_id=person, at=at)

    def share(self, person: int, kind: str, key: str, via: str | None, at: datetime) -> str:
        """Make one's own link, as a child of the one that brought one here."""
        view = shares.create_link(
            sharer_id=person,
            kind=kind,
            key=key,
            via_code=via,
            channel=self.dice.choice(("chat", "moments", "poster")),
            at=at,
        )
        return view.code

    def place(
        self, person: int, lines: list[tuple[int, int]], tokens: dict[str, str], via: str | None, at: datetime
    ) -> Placed:
        """Quote and order, as the checkout page does."""
        wanted = [PriceLine(str(n), variant, quantity) for n, (variant, quantity) in enumerate(lines)]
        if person not in self.addresses:
            self.addresses[person] = people.move_in(self.dice, person, at)
        address = self.addresses[person]
        priced = checkout_queries.quote(
            buyer_id=person,
            lines=wanted,
            address=account_queries.get_address(person, address),
            tokens=tokens,
            language="zh-hans",
            at=at,
        )
        self.orders += 1
        return checkout.place(
            buyer_id=person,
            lines=wanted,
            address_id=address,
            deliveries=priced.deliveries,
            tokens=tokens,
            share_code=via or "",
            fingerprint=priced.quote.fingerprint,
            checkout_key=f"demo-{person}-{self.orders:05d}",
            channel="web",
            language="zh-hans",
            at=at,
        )

    def pay(self, placed: Placed, at: datetime) -> None:
        """Pay at a provider outside, and let everybody hear of it."""
        payments.record_paid(intent_code=placed.intent_code, paid_at=at, at=at)
        relay.drain()
        merchants.tell_due(at)

    def fulfil(self, order_code: str, at: datetime) -> None:
        """Ship some hours later, receive some days later."""
        self.later(at + self.between(3 * HOUR, 30 * HOUR), partial(self.ship, order_code))

    def ship(self, order_code: str, at: datetime) -> None:
        """Hand the parcel over, unless the order came to something else meanwhile."""
        order = order_queries.find_order(order_code)
        if order is None or order.state != "paid" or order.on_hold:
            return
        number = f"SF{self.dice.randrange(10**10, 10**11)}"
        fulfillment.ship(
            order_code=order_code, carrier=self.dice.choice(CARRIERS), tracking_number=number, by=None, at=at
        )
        relay.drain()
        self.later(at + self.between(DAY, 4 * DAY), partial(self.receive, order_code))

    def receive(self, order_code: str, at: datetime) -> None:
        """Confirm receipt."""
        order = order_queries.find_order(order_code)
        if order is not None and order.state == "shipped":
            orders.confirm_receipt(order_code=order_code, by=order.buyer_id, at=at)
            relay.drain()

    def cancel(self, order_code: str, at: datetime) -> None:
        """Change one's mind before the parcel left; a refund is sent soon after."""
        order = order_queries.find_order(order_code)
        if (
            order is not None
            and "cancel" in order_queries.get_order(order_code, viewer_id=order.buyer_id).actions
        ):
            orders.cancel(order_code=order_code, by=order.buyer_id, reason="changed_mind", at=at)
            relay.drain()
            self.later(at + self.between(5 * MINUTE, 2 * HOUR), self.send_refunds)

    def send_refunds(self, at: datetime) -> None:
        """What the worker does: send what is due, tell the orders."""
        payments.send_refunds(at)
        relay.drain()

    def give_up(self, at: datetime) -> None:
        """What the worker does: orders nobody paid in time."""
        checkout.expire_unpaid(at)
        relay.drain()

    def teams_one_short(self) -> list[ShortTeam]:
        """Open teams with one free seat, in a stable order."""
        variants = {ware.offer_code: ware.variant_ids[0] for ware in self.team_wares}
        found = []
        for team in play_queries.list_open_teams(product_id=None, viewer_id=None, limit=60):
            if team.missing == 1:
                people = frozenset(member.id for member in team.members)
                found.append(ShortTeam(team.code, team.offer_code, variants[team.offer_code], people))
        return found

    # --- stories --------------------------------------------------------------------------------------

    def buy_alone(self, at: datetime) -> None:
        """Somebody buys one or two things, perhaps through a friend's link."""
        person = self.dice.choice(self.crowd.ids)
        wares = self.dice.sample(self.wares, self.dice.choice((1, 1, 1, 2)))
        via = self.invited(person, "product", wares[0].code, at)
        lines = [(self.dice.choice(ware.variant_ids), self.dice.choice((1, 1, 1, 2))) for ware in wares]
        placed = self.place(person, lines, {}, via, at)
        if self.dice.random() < 0.12:
            self.later(placed.pay_by_at + MINUTE, self.give_up)
            return
        if self.dice.random() < 0.04:
            self.later(at + 4 * MINUTE, partial(self.cancel, placed.order_codes[0]))
            return
        self.later(at + self.between(MINUTE, 6 * MINUTE), partial(self.settle, placed))

    def settle(self, placed: Placed, at: datetime) -> None:
        """Pay, and wait for the parcels; now and then change one's mind."""
        self.pay(placed, at)
        for code in placed.order_codes:
            if self.dice.random() < 0.05:
                self.later(at + self.between(HOUR, 3 * HOUR), partial(self.cancel, code))
            self.fulfil(code, at)

    def invited(self, person: int, kind: str, key: str, at: datetime) -> str | None:
        """Half of the time a friend's link brought them; the friend may have it from another one."""
        if self.dice.random() < 0.5:
            return None
        chain = [person]
        while len(chain) < 5 and (len(chain) == 1 or self.dice.random() < 0.45):
            chain.append(self.dice.choice(self.crowd.friends[chain[-1]]))
        via: str | None = None
        for sharer in reversed(chain[1:]):
            self.arrive(sharer, kind, key, via, at - HOUR)
            via = self.share(sharer, kind, key, via, at - HOUR)
        self.arrive(person, kind, key, via, at - MINUTE)
        return via

    def team_up(self, at: datetime) -> None:
        """Somebody starts a team and asks friends; three quarters of the teams form."""
        leader = self.dice.choice(self.crowd.ids)
        self.start_team(leader, self.dice.choice(self.team_wares), at, fills=self.dice.random() < 0.75)

    def start_team(self, leader: int, ware: Ware, at: datetime, *, fills: bool, short_by: int = 0) -> None:
        """Place and pay as the leader; ``short_by`` leaves so many seats empty for ever."""
        via = self.invited(leader, "product", ware.code, at)
        variant = self.dice.choice(ware.variant_ids)
        placed = self.place(leader, [(variant, 1)], {"offer": ware.offer_code or ""}, via, at)
        self.later(
            at + self.between(MINUTE, 4 * MINUTE),
            partial(self.open_team, leader, ware, placed, fills=fills, short_by=short_by),
        )

    def open_team(
        self, leader: int, ware: Ware, placed: Placed, at: datetime, *, fills: bool, short_by: int
    ) -> None:
        """The leader's payment opens the team; friends hear of it."""
        self.pay(placed, at)
        code = placed.order_codes[0]
        team = play_queries.find_team_of_order(code)
        if team is None:
            return
        self.fulfil_when_formed(code, team.deadline_at, at)
        self.later(team.deadline_at + timedelta(seconds=5), self.close_teams)
        missing = ware.team_size - 1 - short_by if fills else self.dice.randrange(ware.team_size - 1)
        candidates = [person for person in self.crowd.friends[leader] if person != leader]
        self.dice.shuffle(candidates)
        joiners = candidates[:missing]
        joiners += [p for p in self.dice.sample(self.crowd.ids, missing) if p != leader][
            : missing - len(joiners)
        ]
        inviting, via = leader, None
        when = at
        for person in joiners:
            link = self.share(inviting, "team", team.team_code, via, at)
            when += self.between(3 * MINUTE, (team.deadline_at - at) / (len(joiners) + 2))
            self.later(
                when,
                partial(self.join, person, ware, team.team_code, link),
            )
            if self.dice.random() < 0.5:
                inviting, via = person, link

    def join(self, person: int, ware: Ware, team_code: str, via: str, at: datetime) -> None:
        """Come through the link, order in the team, pay a moment later."""
        self.arrive(person, "team", team_code, via, at)
        variant = self.dice.choice(ware.variant_ids)
        tokens = {"offer": ware.offer_code or "", "team": team_code, "move_ok": "1"}
        placed = self.place(person, [(variant, 1)], tokens, via, at)
        self.later(at + self.between(MINUTE, 5 * MINUTE), partial(self.take_seat, placed))

    def take_seat(self, placed: Placed, at: datetime) -> None:
        """Pay for the seat; once in a while somebody leaves again."""
        self.pay(placed, at)
        code = placed.order_codes[0]
        team = play_queries.find_team_of_order(code)
        if team is None:
            return
        if self.dice.random() < 0.05:
            self.later(at + self.between(10 * MINUTE, HOUR), partial(self.cancel, code))
        self.fulfil_when_formed(code, team.deadline_at, at)

    def fulfil_when_formed(self, order_code: str, deadline_at: datetime, at: datetime) -> None:
        """Ship after the deadline at the latest; an order that still waits is left alone by ``ship``."""
        self.later(deadline_at + self.between(HOUR, 20 * HOUR), partial(self.ship, order_code))

    def close_teams(self, at: datetime) -> None:
        """What the worker does at a deadline."""
        plays.close_due_teams(at)
        relay.drain()
        self.later(at + self.between(MINUTE, HOUR), self.send_refunds)

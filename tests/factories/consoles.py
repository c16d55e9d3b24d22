"""A small world for the consoles: two shops, orders in several states, and everybody's clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import goods, plays, trade

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User
from jishi.promotions.plays.models import Team
from jishi.social.shares import operations as shares
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class World:
    """What the tests of the consoles need to know."""

    party: plays.Party
    other: trade.Scene
    staff_id: int
    other_staff_id: int
    operator_id: int
    shopper: trade.Buyer
    ready: str
    shipped: str
    refunding: str
    waiting: str
    unpaid: str
    foreign: str
    team: Team
    share: str
    at: datetime
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def shop(self):  # type: ignore[no-untyped-def]
        """The shop most tests are about."""
        return self.party.scene.shop

    def client(self, role: str) -> Client:
        """A browser in which somebody of a role is signed in."""
        people = {
            "shopper": self.shopper.id,
            "other_staff": self.other_staff_id,
            "staff": self.staff_id,
            "operator": self.operator_id,
        }
        if role not in self.clients:
            self.clients[role] = Client()
            if role != "anonymous":
                self.clients[role].force_login(User.objects.get(pk=people[role]), backend=BACKEND)
        return self.clients[role]


def build() -> World:
    """Two shops; in the first one an order to send, one sent, one going back, one waiting, one unpaid."""
    now = clock.now() - timedelta(hours=1)
    party = plays.party(ends_at=now + timedelta(days=30))
    other = trade.scene(price=2500)
    shopper = trade.buyer()
    line = (party.scene.variant_id, 1)
    link = shares.create_link(sharer_id=trade.buyer().id, kind="shop", key=party.scene.shop.slug, at=now)

    def bought(**extra: str) -> str:
        placed = trade.place(shopper, line, at=now, **extra)
        trade.pay(placed, at=now + timedelta(minutes=1))
        return placed.order_codes[0]

    ready, shipped, refunding = bought(share_code=link.code), bought(), bought()
    shares.record_order(
        share_code=link.code,
        order_code=ready,
        buyer_id=shopper.id,
        amount_minor=1000,
        currency="CNY",
        paid_at=now,
    )
    fulfillment.ship(order_code=shipped, carrier="sf", tracking_number="SF12345678", by=None, at=now)
    orders.refund(order_code=refunding, reason="test", natural_key=f"test:{refunding}", at=now)
    started = party.start(shopper, at=now)
    trade.pay(started, at=now + timedelta(minutes=1))
    foreign = trade.place(other.buyer, (other.variant_id, 1), at=now)
    trade.pay(foreign, at=now + timedelta(minutes=1))
    unpaid = trade.place(shopper, line, at=now + timedelta(minutes=59))
    operator = accounts.register(nickname="小满", email="op@example.org", is_operator=True)
    return World(
        party=party,
        other=other,
        staff_id=owner_of(party.scene.shop.id),
        other_staff_id=owner_of(other.shop.id),
        operator_id=operator.id,
        shopper=shopper,
        ready=ready,
        shipped=shipped,
        refunding=refunding,
        waiting=started.order_codes[0],
        unpaid=unpaid.order_codes[0],
        foreign=foreign.order_codes[0],
        team=plays.team_of(started),
        share=link.code,
        at=now,
    )


def owner_of(shop_id: int) -> int:
    """Who opened a shop."""
    return merchant_queries.list_staff(shop_id)[0][0]


def body(client: Client, url: str, *, most: int = 12, status: int = 200) -> str:
    """A page's text, if it came with few statements under the strict policy."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= most, "\n".join([f"{len(asked)} on {url}", *(sql[:150] for sql in asked)])
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    text = response.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    return text


def more_goods(world: World, count: int) -> None:
    """Give the shop more products, for pages of lists."""
    for number in range(count):
        goods.offer(world.shop, prices=(1000 + number, 2000), stock=5)

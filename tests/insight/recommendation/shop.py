"""A small shop with two tastes: tea people and cup people, their orders, likes and friends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tests.factories import goods

from jishi.goods.catalog.models import Category, Listing, Product
from jishi.goods.merchants.contracts import ShopView
from jishi.kernel import clock, ids
from jishi.people.accounts.models import User
from jishi.social.graph.models import Follow
from jishi.social.notes.models import Like, Note, NoteTopic, Pin, Topic
from jishi.trade.orders.models import Order, OrderLine

_numbers = count(1)


@dataclass
class Shop:
    """Things of two categories, people of two tastes, and what they did."""

    at: datetime
    shop: ShopView
    tea: list[int] = field(default_factory=list)
    cups: list[int] = field(default_factory=list)
    tea_people: list[int] = field(default_factory=list)
    cup_people: list[int] = field(default_factory=list)
    tea_notes: list[int] = field(default_factory=list)
    cup_notes: list[int] = field(default_factory=list)
    variants: dict[int, int] = field(default_factory=dict)

    def product(self, category: str, *, shop: ShopView | None = None) -> int:
        """Put something on sale."""
        saved = goods.offer(
            shop or self.shop, prices=(1000 + next(_numbers),), at=self.at - timedelta(days=60)
        )
        kind, _ = Category.objects.get_or_create(
            slug=category, defaults={"name": {"zh-hans": category, "en": category}}
        )
        Product.objects.filter(pk=saved.product_id).update(category=kind, tags=[category])
        Listing.objects.filter(pk=saved.product_id).update(category=kind)
        self.variants[saved.product_id] = saved.variant_ids[0]
        return saved.product_id

    def people(self, how_many: int) -> list[int]:
        """Register people."""
        rows = [
            User(code=ids.new_code(), nickname=f"人{next(_numbers)}", joined_at=self.at - timedelta(days=90))
            for _ in range(how_many)
        ]
        return [row.pk for row in User.objects.bulk_create(rows)]

    def buy(self, person: int, *products: int, ago: timedelta = timedelta(days=5)) -> int:
        """One paid order of these things."""
        paid = self.at - ago
        order = Order.objects.create(
            code=ids.new_code(), checkout_code=ids.new_code(), buyer_id=person, shop_id=self.shop.id,
            currency="CNY", goods_minor=1000 * len(products), total_minor=1000 * len(products),
            state="received",
            placed_at=paid, pay_by_at=paid, paid_at=paid, shipped_at=paid, received_at=paid,
        )  # fmt: skip
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order, position=place, variant_id=self.variants[product], product_id=product,
                product_code="x", title="x", quantity=1, unit_minor=1000, total_minor=1000,
            )
            for place, product in enumerate(products)
        )  # fmt: skip
        return order.pk

    def note(self, author: int, topic: str, *pins: int, ago: timedelta = timedelta(days=1)) -> int:
        """Publish a note about a topic with goods pinned to it."""
        number = next(_numbers) + 5000
        row = Note.objects.create(
            author_id=author, state="published", published_no=number, published_at=self.at - ago,
            created_at=self.at - ago, title=f"{topic} {number}", quality=1.0,
        )  # fmt: skip
        subject, _ = Topic.objects.get_or_create(slug=topic, defaults={"name": topic, "created_at": self.at})
        NoteTopic.objects.create(note=row, topic=subject)
        Pin.objects.bulk_create(
            Pin(note=row, product_id=product, position=place) for place, product in enumerate(pins)
        )
        return row.pk

    def like(self, person: int, *notes: int) -> None:
        """Like notes."""
        Like.objects.bulk_create(
            Like(person_id=person, note_id=note, created_at=self.at - timedelta(days=2)) for note in notes
        )

    def befriend(self, one: int, other: int) -> None:
        """Two people follow each other."""
        Follow.objects.bulk_create(
            Follow(follower_id=a, followee_id=b, state="active", created_at=self.at)
            for a, b in ((one, other), (other, one))
        )


def build(*, each: int = 14, things: int = 12) -> Shop:
    """The shop with everything in it."""
    made = Shop(clock.now(), goods.open_shop())
    made.tea = [made.product("tea") for _ in range(things)]
    made.cups = [made.product("cups") for _ in range(things)]
    made.tea_people, made.cup_people = made.people(each), made.people(each)
    author = made.people(2)
    made.tea_notes = [made.note(author[0], "茶", made.tea[n % things]) for n in range(6)]
    made.cup_notes = [made.note(author[1], "杯", made.cups[n % things]) for n in range(6)]
    for side, (who, own, notes) in enumerate(
        ((made.tea_people, made.tea, made.tea_notes), (made.cup_people, made.cups, made.cup_notes))
    ):
        for place, person in enumerate(who):
            chosen = [own[(place * 2 + step * (1 + side)) % (things - 2)] for step in range(4)]
            made.buy(person, *dict.fromkeys(chosen[:2]), ago=timedelta(days=20 - place % 10))
            made.buy(person, *dict.fromkeys(chosen[2:]), ago=timedelta(days=9 - place % 5))
            made.like(person, notes[place % 6], notes[(place + 1) % 6])
    return made

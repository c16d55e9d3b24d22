"""People who bought something and received it, and their reviews."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from tests.factories import trade
from tests.factories.goods import NOON

from jishi.goods.merchants import queries as merchants
from jishi.kernel.outbox import relay
from jishi.people.accounts import operations as accounts
from jishi.social.reviews import operations as reviews
from jishi.social.reviews.contracts import ReviewDraft
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders

RECEIVED = NOON + timedelta(days=2)
LATER = RECEIVED + timedelta(days=3)
WORDS = "柿子又大又甜，包装很结实，全家都喜欢，会再来买的。"


def buyer(*, days: int = 400) -> trade.Buyer:
    """Somebody with an address who has been here for a while."""
    person = accounts.register(
        nickname="老买家", email=f"b-{uuid4().hex}@example.org", at=NOON - timedelta(days=days)
    )
    address = accounts.save_address(
        person_id=person.id,
        recipient="王小柿",
        phone="13800138000",
        region="浙江省",
        city="杭州市",
        line="文三路 1 号",
    )
    return trade.Buyer(person.id, address.id)


def receive(scene: trade.Scene, who: trade.Buyer | None = None, *, at: datetime = RECEIVED) -> str:
    """Buy one, have it sent, receive it; returns the order's code."""
    who = who or scene.buyer
    placed = trade.place(who, (scene.variant_id, 1), key=uuid4().hex)
    trade.pay(placed)
    code = placed.order_codes[0]
    staff = merchants.list_staff(scene.shop.id)[0][0]
    fulfillment.ship(order_code=code, carrier="sf", tracking_number=f"SF{code}", by=staff, at=NOON)
    orders.confirm_receipt(order_code=code, by=who.id, at=at)
    return code


def review(
    scene: trade.Scene,
    who: trade.Buyer | None = None,
    *,
    stars: int = 5,
    text: str = WORDS,
    at: datetime = LATER,
    **draft: object,
) -> str:
    """A review by somebody who bought it; returns its code."""
    who = who or buyer()
    order = receive(scene, who)
    wanted = ReviewDraft(stars=stars, text=text, **draft)  # type: ignore[arg-type]
    return reviews.publish(author_id=who.id, order_code=order, position=0, draft=wanted, at=at)


def settle(at: datetime = LATER + timedelta(days=1)) -> None:
    """Deliver facts and compute what is due."""
    relay.drain()
    reviews.recompute_due(at)

"""Lotteries for tests, through the operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.factories import trade
from tests.factories.trade import NOON, Buyer, Scene

from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries
from jishi.promotions.lotteries.contracts import LotteryDraft, LotteryView, PrizeDraft
from jishi.promotions.lotteries.models import Win
from jishi.trade.checkout.contracts import Placed

END = NOON + timedelta(days=1)


@dataclass(frozen=True)
class Draw:
    """A lottery and the shop it belongs to."""

    scene: Scene
    code: str

    def enter(self, who: Buyer, *, at: datetime = NOON, order: str = "") -> str:
        """Take part."""
        return lotteries.enter(lottery_code=self.code, person_id=who.id, order_code=order, at=at)

    def see(self, who: Buyer | None = None, *, at: datetime = NOON) -> LotteryView:
        """Look at it."""
        return queries.get_lottery(self.code, viewer_id=who.id if who else None, at=at)

    def claim(self, who: Buyer, *, at: datetime) -> Placed:
        """Order the prize somebody won."""
        win = Win.objects.get(lottery__code=self.code, person_id=who.id)
        return trade.place(who, (self.scene.variant_id, 1), tokens={"prize": win.code}, at=at)


def lottery(*, units: int = 1, stock: int = 10, price: int = 1000, **wishes: Any) -> Draw:
    """Publish a lottery of one prize that ends in a day."""
    scene = trade.scene(price=price, stock=stock)
    code = lotteries.publish(
        shop_id=scene.shop.id,
        draft=LotteryDraft(
            **{
                "title": "柿子抽奖",
                "starts_at": NOON - timedelta(days=1),
                "ends_at": END,
                "prizes": (PrizeDraft(variant_id=scene.variant_id, quantity=units),),
                **wishes,
            }
        ),
        at=NOON - timedelta(days=1),
    )
    return Draw(scene, code)

"""A winner claims a prize by an order that costs nothing; its piece comes from what was set aside."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from jishi.goods.inventory import operations as inventory
from jishi.kernel import clock, outbox
from jishi.promotions.lotteries import rules
from jishi.promotions.lotteries.contracts import LotteryState, WinState
from jishi.promotions.lotteries.errors import NothingWon, PrizeGone
from jishi.promotions.lotteries.events import PrizeClaimed
from jishi.promotions.lotteries.models import Lottery, Win
from jishi.promotions.lotteries.operations import locked

HOLD_GRACE = timedelta(minutes=5)
"""The piece stays with the order a little longer than there is time to finish it, as checkout's holds do."""


def hold_prize(
    *, win_code: str, order_code: str, person_id: int, expires_at: datetime, at: datetime | None = None
) -> None:
    """Keep a win for an order, and hand its piece over to it.

    :raises NothingWon: the person has no such win, or its time is over.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        win = _locked(Win.objects.filter(code=win_code))
        if win is None or win.person_id != person_id:
            raise NothingWon(win=win_code[:12])
        if win.state == WinState.ORDERED and win.order_code == order_code:
            return
        if win.state != WinState.WON or now >= win.claim_by_at:
            raise NothingWon(win=win_code[:12])
        handed = inventory.hand_over(
            source=rules.earmark(win.lottery.code, win.prize.position),
            target=order_code,
            quantity=1,
            expires_at=expires_at + HOLD_GRACE,
            at=now,
        )
        if not handed:
            raise NothingWon(win=win_code[:12])
        win.state, win.order_code = WinState.ORDERED, order_code
        win.save(update_fields=["state", "order_code"])


def settle_prize(*, order_code: str, paid_at: datetime, at: datetime | None = None) -> None:
    """The order is through: the prize is claimed. An order that fell through may come back while the win
    stands.

    :raises PrizeGone: the win has lapsed meanwhile.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        win = _locked(Win.objects.filter(order_code=order_code))
        if win is None or win.state == WinState.LAPSED:
            raise PrizeGone(order=order_code)
        if win.state == WinState.CLAIMED:
            return
        if win.state == WinState.WON:
            inventory.free_for(
                source=rules.earmark(win.lottery.code, win.prize.position), reference=order_code, quantity=1
            )
        win.state, win.closed_at = WinState.CLAIMED, now
        win.save(update_fields=["state", "closed_at"])
        outbox.publish(
            PrizeClaimed(**locked.facts(win.lottery, now), person_id=win.person_id, order_code=order_code)
        )


def release_prize(*, order_code: str, at: datetime | None = None) -> None:
    """The order came to nothing: the piece is set aside again, and may be claimed while there is time."""
    with transaction.atomic():
        win = _locked(Win.objects.filter(order_code=order_code))
        if win is None or win.state != WinState.ORDERED:
            return
        if win.lottery.state == LotteryState.DRAWN:
            inventory.take_back(
                source=order_code,
                target=rules.earmark(win.lottery.code, win.prize.position),
                quantity=1,
                expires_at=locked.kept_until(win.lottery),
            )
        win.state = WinState.WON
        win.save(update_fields=["state"])


def _locked(wins: QuerySet[Win]) -> Win | None:
    """Lock the lottery of a win, then the win."""
    found = wins.first()
    if found is None:
        return None
    Lottery.objects.select_for_update(no_key=True).get(pk=found.lottery_id)
    return Win.objects.select_related("lottery", "prize").select_for_update(of=("self",)).get(pk=found.pk)

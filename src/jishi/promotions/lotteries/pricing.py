"""A won prize costs nothing: one rule takes the price off, another the delivery. The token `prize` names
the win.
"""

from collections.abc import Sequence
from datetime import datetime

from jishi.goods.pricing.contracts import Adjustment, Explanation, Funder, PriceRequest, QuoteLine
from jishi.kernel.errors import N_, InvariantBroken
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries.contracts import WinState
from jishi.promotions.lotteries.errors import NothingWon, PrizeBoughtAlone
from jishi.promotions.lotteries.models import Win


class PrizeRule:
    """Takes the whole price off a prize, and keeps, claims or frees the win."""

    code = "lottery"

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Offer the prize for nothing if the token names a win of the buyer.

        :raises NothingWon: it does not, or the time to claim is over.
        :raises PrizeBoughtAlone: other goods, or several pieces, are in the order.
        """
        win = find_win(request)
        if win is None:
            return ()
        if len(lines) != 1 or lines[0].quantity != 1:
            raise PrizeBoughtAlone
        line = lines[0]
        if line.variant_id != win.prize.variant_id or win.lottery.shop_id != line.shop_id:
            raise NothingWon(win=win.code)
        return (
            Adjustment(
                line_key=line.key,
                shop_id=line.shop_id,
                amount_minor=-line.unit_minor,
                rule=self.code,
                reference=win.code,
                funder=Funder("merchant", line.shop_id),
                explanation=Explanation(N_("Prize of a lottery"), {}),
                exclusive_group="exclusive",
            ),
        )

    def hold(
        self,
        *,
        adjustment: Adjustment,
        hold_key: str,
        buyer_id: int | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        """Keep the win for the order; see `operations.hold_prize`."""
        if buyer_id is None:
            raise InvariantBroken("a prize belongs to somebody")
        lotteries.hold_prize(
            win_code=adjustment.reference,
            order_code=hold_key,
            person_id=buyer_id,
            expires_at=expires_at,
            at=at,
        )

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """The prize is claimed."""
        lotteries.settle_prize(order_code=hold_key, paid_at=paid_at, at=at)

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Give the win back."""
        lotteries.release_prize(order_code=hold_key, at=at)


class PrizeDelivery:
    """Takes the delivery fee off an order of a prize. Holds nothing: the other rule does."""

    code = "lottery_delivery"

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Offer free delivery of a prize."""
        win = find_win(request)
        if win is None or len(lines) != 1:
            return ()
        fee = max(choice.fee_minor for choice in request.deliveries)
        return (
            Adjustment(
                line_key=None,
                shop_id=lines[0].shop_id,
                amount_minor=-fee,
                rule=self.code,
                reference=win.code,
                funder=Funder("merchant", lines[0].shop_id),
                explanation=Explanation(N_("Prizes are delivered free of charge"), {}),
                exclusive_group="lottery",
            ),
        )

    def hold(
        self,
        *,
        adjustment: Adjustment,
        hold_key: str,
        buyer_id: int | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        """Nothing is used up."""

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """Nothing is used up."""

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Nothing was used up."""


def find_win(request: PriceRequest) -> Win | None:
    """Return the win that the token names; None without a token.

    :raises NothingWon: the buyer has no such win, or the time to claim is over.
    """
    code = request.tokens.get("prize", "")
    if not code:
        return None
    win = Win.objects.select_related("prize", "lottery").filter(code=code).first()
    if win is None or win.person_id != request.buyer_id:
        raise NothingWon(win=code[:12])
    if win.state != WinState.WON or request.at >= win.claim_by_at:
        raise NothingWon(win=code[:12])
    return win

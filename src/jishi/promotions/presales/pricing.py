"""What a paid deposit does to the price of its order. The token `presale` names the reservation.

Three lines explain it: the presale's price, the deposit that was paid before, and what it counts for on top;
the shop bears the first and the last, and the second is the buyer's own money.
"""

from collections.abc import Sequence
from datetime import datetime

from jishi.goods.pricing.contracts import Adjustment, Explanation, Funder, PriceRequest, QuoteLine
from jishi.kernel.errors import InvariantBroken
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales import rules
from jishi.promotions.presales.errors import BalanceAlone, ReservationNotFound
from jishi.promotions.presales.models import Presale, Reservation


class PresaleRule:
    """Prices the balance of a reservation."""

    code = rules.RULE

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Take the deposit's worth off the reserved goods.

        :raises ReservationNotFound: the token names no reservation of the buyer.
        :raises BalanceAlone: other goods, or another number, are in the order.
        :raises BalanceClosed: the balance cannot be paid now.
        """
        code = request.tokens.get("presale", "")
        if not code:
            return ()
        one = Reservation.objects.select_related("presale").filter(code=code[:12]).first()
        if one is None or one.person_id != request.buyer_id:
            raise ReservationNotFound
        row = one.presale
        fits = len(lines) == 1 and (lines[0].variant_id, lines[0].quantity) == (row.variant_id, one.quantity)
        if not fits or request.currency != row.currency:
            raise BalanceAlone
        presales.check(row, one, at=request.at)
        return self._adjustments(row, one, lines[0])

    def hold(
        self,
        *,
        adjustment: Adjustment,
        hold_key: str,
        buyer_id: int | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        """Let the order carry the reservation."""
        if buyer_id is None:
            raise InvariantBroken("a reservation belongs to somebody")
        presales.hold(
            code=adjustment.reference, order_code=hold_key, person_id=buyer_id, expires_at=expires_at, at=at
        )

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """The balance was paid."""
        presales.settle(order_code=hold_key, paid_at=paid_at)

    def release(self, *, hold_key: str, at: datetime) -> None:
        """The deposit waits for another order."""
        presales.release(order_code=hold_key)

    def _adjustments(self, row: Presale, one: Reservation, line: QuoteLine) -> list[Adjustment]:
        amounts = (
            (min(0, (row.price_minor - line.unit_minor) * one.quantity), rules.PRICE, "exclusive"),
            (-one.deposit_minor, rules.PAID_BEFORE, None),
            (one.deposit_minor - one.worth_minor, rules.GROWN, None),
        )
        return [
            Adjustment(
                line_key=line.key,
                shop_id=line.shop_id,
                amount_minor=amount,
                rule=self.code,
                reference=one.code,
                funder=Funder("merchant", line.shop_id),
                explanation=Explanation(message),
                exclusive_group=group,
            )
            for amount, message, group in amounts
            if amount
        ]

"""The timed price as a `PriceRule`: in a window everybody gets it, outside nobody.

Nothing about the buyer is looked at. The token `timed` names the window a quote was taken in; it keeps the
price for as long as any quote is good for, and only while nobody paused it. It uses nothing up, so nothing is
held.
"""

from collections.abc import Sequence
from datetime import datetime

from jishi.goods.pricing.contracts import Adjustment, Explanation, Funder, PriceRequest, QuoteLine
from jishi.promotions.timed_prices import queries, rules

OF_THEIR_OWN = ("offer", "rally", "round", "presale", "prize")
"""Who buys in a team, a rally, a round, a presale or with a prize has a price and a place there already."""


class TimedRule:
    """Prices lines of goods that have a window now."""

    code = rules.RULE

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Offer the price of the window that is on, or of the one the quote names."""
        if any(request.tokens.get(name) for name in OF_THEIR_OWN):
            return ()
        products = {line.product_id for line in lines}
        found = queries.list_current(products, at=request.at, quoted=request.tokens.get(rules.NAMED_BY, ""))
        if not found:
            return ()
        return [
            Adjustment(
                line_key=line.key,
                shop_id=line.shop_id,
                amount_minor=-rules.off_minor(line.unit_minor, current.off_bps) * line.quantity,
                rule=self.code,
                reference=current.code,
                funder=Funder("merchant", line.shop_id),
                explanation=Explanation(rules.EXPLANATION),
                exclusive_group="exclusive",
            )
            for line in lines
            if (current := found.get(line.product_id)) is not None
        ]

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
        """What was ordered at this price is sold at this price."""

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Nothing was kept."""

"""The price of a round as a `PriceRule`: only for goods that are collected, and never mixed with others.

The token `round` names it; the place of collection comes from checkout itself. The shop gets the goods after
the cut-off, so that no shelf is asked, and nothing is sent before it is handed out.
"""

from collections.abc import Sequence
from datetime import datetime

from jishi.goods.pricing.contracts import Adjustment, Explanation, Funder, PriceRequest, QuoteLine
from jishi.kernel.errors import InvariantBroken
from jishi.money.escrow.contracts import Split
from jishi.money.ledger.contracts import AccountRef
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import rules
from jishi.promotions.community_buys.errors import ItemNotFound, PointMissing, RoundNotFound
from jishi.promotions.community_buys.models import Collection, Item, Round
from jishi.promotions.community_buys.operations import claims
from jishi.promotions.gates import operations as gates
from jishi.trade.orders.contracts import OrderHandle


class CommunityRule:
    """Prices orders of a round."""

    code = rules.RULE
    brings_goods = True

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Offer the round's prices for all lines, or say why they cannot be had.

        :raises RoundNotFound: / ItemNotFound: the token names no round, or other goods are in the order.
        :raises PointMissing: nothing says where the goods are collected.
        :raises Conflict: this buyer cannot order that now.
        """
        named = request.tokens.get("round", "")
        if not named:
            return ()
        if not request.tokens.get("pickup"):
            raise PointMissing
        row = Round.objects.filter(code=named[:12], currency=request.currency).first()
        if row is None:
            raise RoundNotFound
        units: dict[int, int] = {}
        for line in lines:
            units[line.variant_id] = units.get(line.variant_id, 0) + line.quantity
        items = {item.variant_id: item for item in Item.objects.filter(round=row, variant_id__in=units)}
        if set(items) != set(units):
            raise ItemNotFound
        gates.check(
            subject=rules.gate_of(row.code),
            wants={item.code: units[variant_id] for variant_id, item in items.items()},
            person_id=request.buyer_id,
            at=request.at,
        )
        point = claims.find_point(request.tokens["pickup"])
        for variant_id, item in items.items():
            claims.check(
                row, item, point, person_id=request.buyer_id, quantity=units[variant_id], at=request.at
            )
        return [
            self._adjustment(line, items[line.variant_id], units[line.variant_id], point.code)
            for line in lines
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
        """Keep the units; see `operations.hold` for what may be refused."""
        if buyer_id is None:
            raise InvariantBroken("goods of a round are kept for somebody")
        item_code, quantity, point_code = rules.read_reference(adjustment.reference)
        community.hold(
            item_code=item_code,
            quantity=quantity,
            point_code=point_code,
            order_code=hold_key,
            person_id=buyer_id,
            at=at,
        )

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """Count the units as sold and promise the leader's part."""
        community.settle(order_code=hold_key, paid_at=paid_at)

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Give the units back."""
        community.release(order_code=hold_key, at=at)

    def _adjustment(self, line: QuoteLine, item: Item, units: int, point_code: str) -> Adjustment:
        return Adjustment(
            line_key=line.key,
            shop_id=line.shop_id,
            amount_minor=min(0, (item.price_minor - line.unit_minor) * line.quantity),
            rule=self.code,
            reference=rules.reference(item.code, units, point_code),
            funder=Funder("merchant", line.shop_id),
            explanation=Explanation(rules.EXPLANATION),
            exclusive_group="exclusive",
            defers_fulfilment=True,
        )


class LeaderShares:
    """The leader's part of an order's money: frozen in escrow when it is paid, given back with refunds."""

    rule = rules.RULE

    def shares(self, order: OrderHandle) -> Sequence[Split]:
        """Return the promised commission as a share to the leader's own account."""
        one = Collection.objects.select_related("leader", "round").filter(order_code=order.code).first()
        if one is None or not one.commission_minor:
            return ()
        account = AccountRef("person", str(one.leader.person_id), "earnings", order.currency)
        bps = one.round.commission_bps
        return (Split(ref=account, amount_minor=one.commission_minor, role="beneficiary", rate_bps=bps),)

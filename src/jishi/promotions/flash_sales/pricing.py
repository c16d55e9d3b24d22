"""The flash price as a `PriceRule`: what makes an ordinary checkout give it, under the limits of the rush
lane.

A line gets the price when all its units can be had; a token `flash` that names the item turns a silent
ordinary price into the reason why. Team purchases keep their own price.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from jishi.goods.pricing.contracts import Adjustment, Explanation, Funder, PriceRequest, QuoteLine
from jishi.kernel.errors import Conflict, Forbidden, InvariantBroken
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import rules
from jishi.promotions.flash_sales.contracts import ItemState
from jishi.promotions.flash_sales.errors import ItemNotFound
from jishi.promotions.flash_sales.models import Item
from jishi.promotions.flash_sales.operations import claims
from jishi.promotions.gates import operations as gates
from jishi.promotions.gates import queries as gate_queries

# Every quote asks this, and hardly any has an item on sale.
_ON_SALE = """
SELECT i.id FROM flash_sales_item i JOIN flash_sales_slot s ON s.id = i.slot_id
WHERE i.variant_id = ANY(%s) AND i.state = %s AND i.currency = %s
  AND s.stopped_at IS NULL AND s.starts_at <= %s AND s.ends_at > %s
"""


class FlashRule:
    """Prices lines of items that are on sale now."""

    code = rules.RULE

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Offer the flash price for one item of the order; an order carries at most one.

        :raises ItemNotFound: the token names no item, or none of these goods.
        :raises Conflict: the named item cannot be had by this buyer now.
        """
        if any(request.tokens.get(name) for name in ("offer", "round", "presale")):
            return ()
        named = request.tokens.get("flash", "")
        units: dict[int, int] = {}
        for line in lines:
            units[line.variant_id] = units.get(line.variant_id, 0) + line.quantity
        items = [item for item in self._items(request, units) if not named or item.code == named]
        if named and not items:
            return self._refuse(named, request, units)
        found: list[tuple[int, list[Adjustment]]] = []
        for item in items:
            try:
                household = self._admit(item, request, units[item.variant_id])
            except (Conflict, Forbidden):
                if named and request.buyer_id is not None:
                    raise
                if not self._is_opening(request):
                    continue
                household = ""
            made = self._adjustments(item, lines, units[item.variant_id], household)
            found.append((sum(one.amount_minor for one in made), made))
        return min(found, key=lambda one: one[0])[1] if found else ()

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
            raise InvariantBroken("flash units are kept for somebody")
        item_code, quantity, household = rules.read_reference(adjustment.reference)
        flash.hold(
            item_code=item_code,
            order_code=hold_key,
            person_id=buyer_id,
            quantity=quantity,
            household=household,
            expires_at=expires_at,
            at=at,
        )

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """Use the units up.

        :raises ClaimGone: the claim had lapsed and nothing is free.
        """
        flash.settle(order_code=hold_key, at=at)

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Give the units back."""
        flash.release(order_code=hold_key, at=at)

    @staticmethod
    def _is_opening(request: PriceRequest) -> bool:
        """Whether the house itself asks, to freeze the price of an item: nobody's limits count then."""
        return request.buyer_id is None and bool(request.tokens.get("flash"))

    @staticmethod
    def _items(request: PriceRequest, units: dict[int, int]) -> list[Item]:
        with connection.cursor() as cursor:
            cursor.execute(
                _ON_SALE, [sorted(units), ItemState.OPEN.value, request.currency, request.at, request.at]
            )
            found = [row[0] for row in cursor.fetchall()]
        return list(Item.objects.select_related("slot").filter(pk__in=found).order_by("pk")) if found else []

    @staticmethod
    def _refuse(named: str, request: PriceRequest, units: dict[int, int]) -> Sequence[Adjustment]:
        item = Item.objects.select_related("slot").filter(code=named[:12]).first()
        if item is None or item.variant_id not in units:
            raise ItemNotFound
        claims.check(item, person_id=request.buyer_id, quantity=units[item.variant_id], at=request.at)
        return ()

    @staticmethod
    def _admit(item: Item, request: PriceRequest, quantity: int) -> str:
        """Check limits and gate; returns the household where that is limited."""
        claims.check(item, person_id=request.buyer_id, quantity=quantity, at=request.at)
        subject, household = rules.gate_of(item.code), request.tokens.get("household", "")
        gate = gate_queries.find(subject)
        if gate is None:
            return ""
        gates.check(
            subject=subject,
            wants={"": quantity},
            person_id=request.buyer_id,
            household=household,
            at=request.at,
        )
        return household if gate.per_household else ""

    def _adjustments(
        self, item: Item, lines: Sequence[QuoteLine], quantity: int, household: str
    ) -> list[Adjustment]:
        return [
            Adjustment(
                line_key=line.key,
                shop_id=line.shop_id,
                amount_minor=min(0, (item.price_minor - line.unit_minor) * line.quantity),
                rule=self.code,
                reference=rules.reference(item.code, quantity, household),
                funder=Funder("merchant", line.shop_id),
                explanation=Explanation(rules.EXPLANATION),
                exclusive_group="exclusive",
            )
            for line in lines
            if line.variant_id == item.variant_id
        ]

"""The team price as a `PriceRule`: proposes it for a presented offer, and keeps, takes or frees the seat
behind it.

One class serves every mechanic; a mechanic is priced by registering `PlayRule` with its code. Such an order
waits
for the team before it may be shipped.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from jishi.goods.pricing.contracts import Adjustment, Explanation, Funder, PriceRequest, QuoteLine
from jishi.kernel.errors import InvariantBroken
from jishi.promotions.plays import mechanics, rules
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.errors import BoughtAlone, OfferNotFound, RallyNotFound, TeamNotFound
from jishi.promotions.plays.models import Offer, Rally, Team
from jishi.promotions.plays.operations import admission, locked, rally_orders
from jishi.promotions.plays.rules import Wish

HOUSEHOLD = "household"
"""The token under which checkout tells which addresses are one; it is the same for all who live there."""
YES = frozenset({"1", "true", "on", "yes"})


class PlayRule:
    """Prices a purchase in a team. Tokens: `offer` starts one, `team` joins it, `move_ok` agrees to another
    team.
    """

    def __init__(self, mechanic: str) -> None:
        self.code = mechanic
        self._mechanic = mechanics.get(mechanic)

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Offer the team price if a token asks for it.

        :raises OfferNotFound: the token names no offer, or none for these goods.
        :raises BoughtAlone: other goods are in the order, which would have to wait for the team as well.
        :raises OfferMembersOnly: it is for members of a community, and the buyer is none.
        :raises Conflict: the offer or the team cannot be had by this buyer now.
        """
        offer_code, team_code = request.tokens.get("offer", ""), request.tokens.get("team", "")
        if not offer_code:
            return ()
        offer = Offer.objects.filter(code=offer_code).first()
        if offer is None:
            raise OfferNotFound(offer=offer_code[:12])
        if offer.mechanic != self.code:
            return ()
        if len(lines) != 1:
            raise BoughtAlone()
        line = lines[0]
        if line.product_id != offer.product_id or request.currency != offer.currency:
            raise OfferNotFound(offer=offer_code)
        self._check_admission(request, offer, team_code, line.quantity)
        return (self._adjustment(request.tokens, offer, team_code, line),)

    def hold(
        self,
        *,
        adjustment: Adjustment,
        hold_key: str,
        buyer_id: int | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        """Keep the seat; see `operations.hold_seat` for what may be refused."""
        if buyer_id is None:
            raise InvariantBroken("a seat is kept for somebody")
        wish = Wish.decode(adjustment.reference)
        plays.hold_seat(
            order_code=hold_key,
            wish=wish,
            person_id=buyer_id,
            expires_at=expires_at,
            discount_minor=self._most_given(adjustment, wish),
            at=at,
        )

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """Take the seat, or another one that offer and buyer allow.

        :raises SeatGone: there is none.
        """
        plays.settle_seat(order_code=hold_key, paid_at=paid_at, at=at)

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Free the seat."""
        plays.release_seat(order_code=hold_key, at=at)

    def _most_given(self, adjustment: Adjustment, wish: Wish) -> int:
        """What the shop may give in the end: the discount now, and the way to the best price of a full
        team.
        """
        offer = Offer.objects.get(code=wish.offer_code)
        terms, together = locked.terms_of(offer), admission.team_price(offer, wish.variant_id)
        return -adjustment.amount_minor + (together - rules.best_price(terms, together)) * wish.quantity

    def _check_admission(self, request: PriceRequest, offer: Offer, team_code: str, quantity: int) -> None:
        terms = locked.terms_of(offer)
        buyer = request.buyer_id
        admission.check_audience(offer, person_id=buyer)
        if team_code:
            team = Team.objects.filter(code=team_code, offer=offer).first()
            if team is None:
                raise TeamNotFound(team=team_code[:12])
            admission.check_joinable(team, person_id=buyer, at=request.at)
        else:
            admission.check_runs(offer, request.at)
        admission.check_units(offer, quantity)
        admission.check_limits(offer, terms, person_id=buyer, quantity=quantity)
        admission.check_newcomer(terms, person_id=buyer, starts=not team_code)

    def _adjustment(
        self, tokens: Mapping[str, str], offer: Offer, team_code: str, line: QuoteLine
    ) -> Adjustment:
        terms = locked.terms_of(offer)
        team_price = admission.team_price(offer, line.variant_id)
        unit = rules.unit_price(terms, team_price_minor=team_price, starts=not team_code)
        wish = Wish(
            offer_code=offer.code,
            team_code=team_code or None,
            variant_id=line.variant_id,
            quantity=line.quantity,
            move_ok=tokens.get("move_ok", "").lower() in YES,
            household=tokens.get(HOUSEHOLD, "") if terms.per_household else "",
        )
        return Adjustment(
            line_key=line.key,
            shop_id=line.shop_id,
            # The price alone may meanwhile have fallen below the team's; then the team costs no more than
            # that.
            amount_minor=min(0, (unit - line.unit_minor) * line.quantity),
            rule=self.code,
            reference=wish.encode(),
            funder=Funder("merchant", line.shop_id),
            explanation=Explanation(self._mechanic.explanation, {"size": terms.size}),
            exclusive_group="exclusive",
            defers_fulfilment=True,
        )


class GroupBuyRule(PlayRule):
    """Group buy's price."""

    def __init__(self) -> None:
        super().__init__("group_buy")


class RallyRule:
    """Prices what a rally earned, for its starter. The token `rally` names it. Nothing keeps it from
    shipping.
    """

    def __init__(self, mechanic: str) -> None:
        self.code = mechanic
        self._mechanic = mechanics.get(mechanic)

    def propose(self, request: PriceRequest, lines: Sequence[QuoteLine]) -> Sequence[Adjustment]:
        """Offer the price reached so far if the token asks for it.

        :raises RallyNotFound: the token names no rally of the buyer, or none for these goods.
        :raises BoughtAlone: other goods, or several pieces, are in the order.
        :raises NothingToBuyYet: / RallyOver: it cannot be bought (any more).
        """
        code = request.tokens.get("rally", "")
        if not code:
            return ()
        rally = Rally.objects.select_related("offer").filter(code=code).first()
        if rally is None or rally.starter_id != request.buyer_id:
            raise RallyNotFound(rally=code[:12])
        if rally.offer.mechanic != self.code:
            return ()
        if len(lines) != 1 or lines[0].quantity != 1:
            raise BoughtAlone()
        line = lines[0]
        if line.variant_id != rally.variant_id or request.currency != rally.offer.currency:
            raise RallyNotFound(rally=code)
        kind = locked.rally_rules(rally.offer)
        play = locked.Gathering(rally.offer, rally, kind, kind.terms(rally.offer.params))
        price = rally_orders.check_buyable(play, at=request.at)
        household = request.tokens.get(HOUSEHOLD, "") if play.terms.per_household else ""
        return (
            Adjustment(
                line_key=line.key,
                shop_id=line.shop_id,
                # The price alone may have fallen since the start; then it costs no more than that.
                amount_minor=min(0, price - line.unit_minor),
                rule=self.code,
                reference=f"{code}/{price}/{household}",
                funder=Funder("merchant", line.shop_id),
                explanation=Explanation(self._mechanic.explanation, {}),
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
        """Keep what was earned; see `operations.hold_rally` for what may be refused."""
        if buyer_id is None:
            raise InvariantBroken("a rally belongs to somebody")
        code, price, household = adjustment.reference.split("/")
        plays.hold_rally(
            order_code=hold_key,
            rally_code=code,
            price_minor=int(price),
            person_id=buyer_id,
            household=household,
            at=at,
        )

    def settle(self, *, hold_key: str, paid_at: datetime, at: datetime) -> None:
        """Take note of the purchase.

        :raises RallyGone: the right is over.
        """
        plays.settle_rally(order_code=hold_key, paid_at=paid_at, at=at)

    def release(self, *, hold_key: str, at: datetime) -> None:
        """Give the rally back."""
        plays.release_rally(order_code=hold_key, at=at)

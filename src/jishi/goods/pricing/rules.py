"""The pricing engine: pure arithmetic over proposals, without a clock, a table or a language.

Kept at every step: 0 <= discount <= what it may touch, Σ parts = whole, and the same result whatever the
order in which lines or proposals arrive.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from jishi.goods.pricing.contracts import (
    Adjustment,
    DeliveryChoice,
    PriceRequest,
    Quote,
    QuoteLine,
    ShopQuote,
    Stage,
)
from jishi.goods.pricing.errors import (
    DeliveryInvalid,
    LineKeyRepeated,
    NothingToPrice,
    QuantityInvalid,
    TooManyLines,
)
from jishi.kernel.errors import InvariantBroken
from jishi.kernel.money import allocate_minor

MAX_LINES = 200
MAX_QUANTITY = 9_999
MAX_PRICE_MINOR = 10**12
VALID_FOR = timedelta(minutes=10)


def check_request(request: PriceRequest) -> None:
    """Refuse what no price could be computed for.

    :raises NothingToPrice: there is no line.
    :raises TooManyLines: there are more than `MAX_LINES`.
    :raises QuantityInvalid: a quantity is not a whole number from 1 to `MAX_QUANTITY`.
    :raises LineKeyRepeated: two lines carry the same key.
    :raises DeliveryInvalid: a fee is negative, or a shop has two choices.
    """
    if not request.lines:
        raise NothingToPrice
    if len(request.lines) > MAX_LINES:
        raise TooManyLines(most=MAX_LINES)
    keys = set()
    for line in request.lines:
        if type(line.quantity) is not int or not 1 <= line.quantity <= MAX_QUANTITY:
            raise QuantityInvalid(most=MAX_QUANTITY)
        if line.key in keys:
            raise LineKeyRepeated(key=line.key)
        keys.add(line.key)
    shops = set()
    for choice in request.deliveries:
        bounds = (choice.fee_minor, choice.free_from_minor or 0)
        if choice.shop_id in shops or any(not 0 <= bound <= MAX_PRICE_MINOR for bound in bounds):
            raise DeliveryInvalid
        shops.add(choice.shop_id)


def honest_compare_at(
    *,
    amount_minor: int,
    compare_at_minor: int | None,
    lowest_before_minor: int | None,
    may_lack_history: bool,
) -> int | None:
    """Return the price that may be shown struck through beside `amount_minor`, if any.

    Never more than the lowest price of the days before the offer, whatever the merchant claims.
    """
    if compare_at_minor is None:
        return None
    if lowest_before_minor is None:
        shown = compare_at_minor if may_lack_history else 0
    else:
        shown = min(compare_at_minor, lowest_before_minor)
    return shown if shown > amount_minor else None


class Bill:
    """One quote in the making: lines in canonical order, what is left of each, and who changed it."""

    __slots__ = ("_fees", "_left", "_lines", "_place", "_taken", "adjustments")

    def __init__(self, lines: Iterable[QuoteLine]) -> None:
        ordered = sorted(lines, key=lambda line: (line.shop_id, line.variant_id, line.quantity, line.key))
        self._lines = {line.key: line for line in ordered}
        self._place = {line.key: place for place, line in enumerate(ordered)}
        self._left = {line.key: line.subtotal_minor for line in ordered}
        self._fees: dict[int, tuple[str, int]] = {}
        self._taken: set[tuple[str, str]] = set()
        self.adjustments: list[Adjustment] = []

    def lines(self) -> tuple[QuoteLine, ...]:
        """Return the lines as they stand now, in canonical order."""
        return tuple(self._as_it_stands(line) for line in self._lines.values())

    def charge_delivery(self, choices: Mapping[int, DeliveryChoice]) -> None:
        """Set each shop's fee: free when the goods, after discounts, reach the shop's threshold."""
        for shop_id in {line.shop_id: None for line in self._lines.values()}:
            choice = choices[shop_id]
            goods = sum(self._left[key] for key in self._keys_of(shop_id))
            is_free = choice.free_from_minor is not None and goods >= choice.free_from_minor
            self._fees[shop_id] = (choice.code, 0 if is_free else choice.fee_minor)

    def decide(self, stage: Stage, proposals: Iterable[Adjustment]) -> None:
        """Accept proposals, the best for the buyer first; of one exclusive family one per line.

        :raises InvariantBroken: a proposal raises a price or names a line that is not there.
        """
        checked = [self._checked(proposal) for proposal in proposals]
        for proposal in sorted(checked, key=lambda proposal: self._preference(stage, proposal)):
            slots = self._slots(stage, proposal)
            if slots & self._taken:
                continue
            allowed = min(-proposal.amount_minor, self._eligible(stage, proposal))
            if allowed == 0 and not proposal.defers_fulfilment:
                continue
            self._taken |= slots
            self._take_off(stage, proposal, allowed)
            self.adjustments.append(replace(proposal, amount_minor=-allowed))

    def finish(self, request: PriceRequest, shop_names: Mapping[int, str]) -> Quote:
        """Close the bill; lines come back in the order in which they were asked for."""
        asked = {line.key: place for place, line in enumerate(request.lines)}
        lines = tuple(sorted(self.lines(), key=lambda line: asked[line.key]))
        shops = tuple(self._shop_quote(shop_id, shop_names[shop_id], lines) for shop_id in sorted(self._fees))
        total = sum(shop.total_minor for shop in shops)
        return Quote(
            currency=request.currency,
            lines=lines,
            shops=shops,
            adjustments=tuple(self.adjustments),
            total_minor=total,
            fingerprint=self._fingerprint(request.currency, total),
            expires_at=request.at + VALID_FOR,
            at=request.at,
        )

    def _as_it_stands(self, line: QuoteLine) -> QuoteLine:
        left = self._left[line.key]
        if left == line.total_minor:
            return line
        return replace(line, discount_minor=line.subtotal_minor - left, total_minor=left)

    def _checked(self, proposal: Adjustment) -> Adjustment:
        line = self._lines.get(proposal.line_key) if proposal.line_key is not None else None
        if type(proposal.amount_minor) is not int or proposal.amount_minor > 0:
            raise InvariantBroken(
                f"rule {proposal.rule} proposed {proposal.amount_minor!r}: prices only fall"
            )
        if proposal.line_key is not None and (line is None or line.shop_id != proposal.shop_id):
            raise InvariantBroken(f"rule {proposal.rule} proposed for a line that is not there")
        if not self._keys_of(proposal.shop_id):
            raise InvariantBroken(f"rule {proposal.rule} proposed for a shop that is not there")
        return proposal

    def _preference(self, stage: Stage, proposal: Adjustment) -> tuple[int | str, ...]:
        """Order by what the buyer really gains; the rest only makes ties come out the same every time."""
        gain = min(-proposal.amount_minor, self._eligible(stage, proposal))
        return (
            -gain,
            proposal.rule,
            proposal.reference,
            proposal.shop_id,
            -1 if proposal.line_key is None else self._place[proposal.line_key],
            proposal.exclusive_group or "",
            not proposal.defers_fulfilment,
            proposal.amount_minor,
        )

    def _slots(self, stage: Stage, proposal: Adjustment) -> set[tuple[str, str]]:
        group = proposal.exclusive_group
        if group is None:
            return set()
        if stage == "delivery":
            return {(f"delivery {group}", str(proposal.shop_id))}
        return {(group, key) for key in self._scope(proposal)}

    def _scope(self, proposal: Adjustment) -> list[str]:
        return self._keys_of(proposal.shop_id) if proposal.line_key is None else [proposal.line_key]

    def _keys_of(self, shop_id: int) -> list[str]:
        return [line.key for line in self._lines.values() if line.shop_id == shop_id]

    def _eligible(self, stage: Stage, proposal: Adjustment) -> int:
        if stage == "delivery":
            return self._fees[proposal.shop_id][1]
        return sum(self._left[key] for key in self._scope(proposal))

    def _take_off(self, stage: Stage, proposal: Adjustment, amount: int) -> None:
        if stage == "delivery":
            code, fee = self._fees[proposal.shop_id]
            self._fees[proposal.shop_id] = (code, fee - amount)
            return
        keys = self._scope(proposal)
        parts = allocate_minor(amount, [self._left[key] for key in keys])
        for key, part in zip(keys, parts, strict=True):
            self._left[key] -= part

    def _shop_quote(self, shop_id: int, name: str, lines: Sequence[QuoteLine]) -> ShopQuote:
        own = [line for line in lines if line.shop_id == shop_id]
        goods = sum(line.subtotal_minor for line in own)
        discount = sum(line.discount_minor for line in own)
        delivery = self._fees[shop_id][1]
        return ShopQuote(
            shop_id=shop_id,
            shop_name=name,
            line_keys=tuple(line.key for line in own),
            goods_minor=goods,
            discount_minor=discount,
            delivery_minor=delivery,
            total_minor=goods - discount + delivery,
        )

    def _fingerprint(self, currency: str, total: int) -> str:
        """Digest of everything the buyer agrees to; texts, pictures and line keys are no part of the deal."""
        content = {
            "currency": currency,
            "total": total,
            "lines": [
                (line.variant_id, line.quantity, line.unit_minor, self._left[line.key])
                for line in self._lines.values()
            ],
            "deliveries": [(shop_id, *self._fees[shop_id]) for shop_id in sorted(self._fees)],
            "adjustments": [
                (
                    made.rule,
                    made.reference,
                    made.shop_id,
                    None if made.line_key is None else self._place[made.line_key],
                    made.amount_minor,
                    made.funder.kind,
                    made.funder.id,
                    made.defers_fulfilment,
                )
                for made in self.adjustments
            ],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

"""Money as whole minor units of one currency: exact, never a float, never two currencies in one sum.

Division exists in one form only, :func:`allocate_minor`, which gives every unit to someone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel.core import get_global

from jishi.kernel.errors import N_, Invalid

MAX_MINOR = 2**62
"""Far below PostgreSQL's bigint, so that sums of a few amounts cannot overflow a column."""


class NotMoney(Invalid):
    """An amount is not a whole number of minor units, or its currency is unknown."""

    code = "money.not_money"
    message = N_("That is not a valid amount of money.")


class MixedCurrencies(Invalid):
    """Two currencies met in one calculation."""

    code = "money.mixed_currencies"
    message = N_("Amounts in %(left)s and %(right)s cannot be added.")


@lru_cache(maxsize=512)
def exponent(currency: str) -> int:
    """Digits after the decimal point of ``currency`` (CNY 2, JPY 0, KWD 3), from Unicode CLDR.

    :raises NotMoney: the code is not a currency.
    """
    fractions = get_global("currency_fractions")
    if currency not in get_global("all_currencies"):
        raise NotMoney(currency=currency)
    digits: int = fractions.get(currency, fractions["DEFAULT"])[0]
    return digits


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: ``amount_minor`` in the smallest unit of ``currency`` (ISO 4217)."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        # bool is an int in Python, and True yuan is nobody's price.
        if type(self.amount_minor) is not int or not -MAX_MINOR <= self.amount_minor <= MAX_MINOR:
            raise NotMoney(amount=repr(self.amount_minor)[:40])
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in a currency."""
        return cls(0, currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MixedCurrencies(left=self.currency, right=other.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor <= other.amount_minor

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self

    def times(self, quantity: int) -> "Money":
        """``quantity`` times this amount; the only multiplication, and only by whole numbers."""
        if type(quantity) is not int:
            raise NotMoney(amount=repr(quantity)[:40])
        return Money(self.amount_minor * quantity, self.currency)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by ``weights``; the parts always add up to the whole. See :func:`allocate_minor`."""
        return [Money(part, self.currency) for part in allocate_minor(self.amount_minor, weights)]


def allocate_minor(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split whole minor units by weight with the largest-remainder method (Hamilton's).

    Deterministic: equal remainders are served in order of position. Σ result = ``amount_minor`` exactly,
    each part is within one unit of its exact share and has the sign of the whole.

    :raises NotMoney: a weight is negative, or the weights are all zero while there is something to give.
    """
    if any(type(weight) is not int or weight < 0 for weight in weights):
        raise NotMoney(weights="negative")
    total = sum(weights)
    if total == 0:
        if amount_minor == 0:
            return [0] * len(weights)
        raise NotMoney(weights="zero")
    sign = -1 if amount_minor < 0 else 1
    whole = abs(amount_minor)
    parts = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    left = whole - sum(parts)
    for position in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:left]:
        parts[position] += 1
    return [sign * part for part in parts]


def share_bps(amount_minor: int, bps: int) -> int:
    """The part of a non-negative amount that a rate in basis points gives, rounded down to the unit.

    :raises NotMoney: the amount is negative or the rate is outside 0..10,000.
    """
    if amount_minor < 0 or not 0 <= bps <= 10_000:
        raise NotMoney(amount=amount_minor, bps=bps)
    return amount_minor * bps // 10_000

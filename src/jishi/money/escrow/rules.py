"""Pure rules of escrow: do shares add up, and what does each give back.

A refund takes from every share in proportion to what the share still has, by largest remainder: the parts
always make up the refund, no share gives more than it has, and refunding everything takes back exactly
everything.
"""

from collections.abc import Sequence

from jishi.kernel.money import allocate_minor
from jishi.money.escrow.contracts import Split
from jishi.money.ledger.contracts import AccountRef

HELD, RELEASED, REFUNDED = "held", "released", "refunded"
ROLES = frozenset({"merchant", "commission", "beneficiary"})


def held(currency: str) -> AccountRef:
    """Where the money of all undelivered orders lies."""
    return AccountRef("platform", "escrow", "held", currency)


def adds_up(amount_minor: int, currency: str, splits: Sequence[Split]) -> bool:
    """Whether the shares are whole, of one currency, to distinct accounts, and make up the amount."""
    return (
        amount_minor >= 0
        and bool(splits)
        and all(type(split.amount_minor) is int and split.amount_minor >= 0 for split in splits)
        and all(split.ref.currency == currency and split.role in ROLES for split in splits)
        and all(0 <= split.rate_bps <= 10_000 for split in splits)
        and len({split.ref for split in splits}) == len(splits)
        and sum(split.amount_minor for split in splits) == amount_minor
    )


def take_back(amount_minor: int, left: Sequence[int]) -> list[int]:
    """What each share gives of a refund, given what each has left; Σ left must cover the amount."""
    if not 0 <= amount_minor <= sum(left):
        raise ValueError("a refund cannot take more than the shares have")
    return allocate_minor(amount_minor, left) if amount_minor else [0] * len(left)

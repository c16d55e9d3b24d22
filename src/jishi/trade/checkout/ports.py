"""What checkout asks of layers above it without knowing them: may this placement go through, and who else
shares in its money?

A guard refuses by raising a domain error before anything is held; registration checks shapes at the door.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from jishi.kernel.errors import InvariantBroken
from jishi.money.escrow.contracts import Split
from jishi.trade.checkout.contracts import GuardRequest
from jishi.trade.orders.contracts import OrderHandle


@runtime_checkable
class CheckoutGuard(Protocol):
    """Looks at a placement and refuses it if it must."""

    code: str

    def check(self, request: GuardRequest) -> None:
        """Raise a domain error to refuse; read only."""


_guards: dict[str, CheckoutGuard] = {}


def register(guard: CheckoutGuard) -> None:
    """Add a guard. Called by the wiring only.

    :raises InvariantBroken: it is no guard, or its code is taken.
    """
    if not isinstance(guard, CheckoutGuard) or not callable(guard.check):
        raise InvariantBroken(f"{guard!r} is no checkout guard")
    if guard.code in _guards:
        raise InvariantBroken(f"two checkout guards are called {guard.code}")
    _guards[guard.code] = guard


def unregister(code: str) -> None:
    """Take a guard away again."""
    _guards.pop(code, None)


def check(request: GuardRequest) -> None:
    """Ask every guard in order of registration."""
    for guard in _guards.values():
        guard.check(request)


@runtime_checkable
class ShareSource(Protocol):
    """Says who else gets a part of the money of orders on which one price rule acts; the shop pays for it."""

    rule: str

    def shares(self, order: OrderHandle) -> Sequence[Split]:
        """Return the parts, role "beneficiary", after the rule settled the order in this transaction."""


_sources: dict[str, ShareSource] = {}


def register_shares(source: ShareSource) -> None:
    """Add a source of shares. Called by the wiring only.

    :raises InvariantBroken: it is no source, or its rule has one.
    """
    if not isinstance(source, ShareSource) or not callable(source.shares):
        raise InvariantBroken(f"{source!r} is no source of shares")
    if source.rule in _sources:
        raise InvariantBroken(f"two sources share the orders of {source.rule}")
    _sources[source.rule] = source


def shares_of(order: OrderHandle) -> tuple[Split, ...]:
    """Return what others get of an order that was just accepted."""
    return tuple(part for rule in order.rules if rule in _sources for part in _sources[rule].shares(order))

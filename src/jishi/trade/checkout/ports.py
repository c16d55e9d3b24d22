"""What checkout asks of layers above it without knowing them: may this placement go through?

A guard refuses by raising a domain error before anything is held; registration checks its shape at the door.
"""

from typing import Protocol, runtime_checkable

from jishi.kernel.errors import InvariantBroken
from jishi.trade.checkout.contracts import GuardRequest


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

"""The ways to pay: each an outside peer behind one Protocol, found by name.

A provider is called outside any transaction, with short time-outs; each call can be repeated with the same
reference without doubling its effect.
"""

from collections.abc import Callable

from jishi.money.payments.errors import ProviderUnknown
from jishi.money.payments.providers.offline import OfflineProvider
from jishi.money.payments.providers.protocol import PaymentProvider
from jishi.money.payments.providers.sandbox import from_settings

__all__ = ["PaymentProvider", "get", "names", "register"]

_builders: dict[str, Callable[[], PaymentProvider]] = {"sandbox": from_settings, "offline": OfflineProvider}
_built: dict[str, PaymentProvider] = {}


def register(name: str, build: Callable[[], PaymentProvider]) -> None:
    """Offer another way to pay, or another peer under a known name. Built at first use."""
    _builders[name] = build
    _built.pop(name, None)


def names() -> tuple[str, ...]:
    """The names of all providers."""
    return tuple(sorted(_builders))


def get(name: str) -> PaymentProvider:
    """The provider of this name.

    :raises ProviderUnknown: there is none, or it is not configured.
    """
    if name not in _built:
        if name not in _builders:
            raise ProviderUnknown(provider=name)
        _built[name] = _builders[name]()
    return _built[name]

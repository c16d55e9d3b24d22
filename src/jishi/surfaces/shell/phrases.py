"""Sentences that a domain decided on and a surface speaks: an English msgid with named parameters.

A parameter ``x_minor`` is an amount in the currency given as ``currency``; the sentence names it ``%(x)s``
or ``%(x_minor)s``, and reads the formatted amount either way.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from jishi.kernel import money
from jishi.kernel.errors import fill
from jishi.surfaces.shell import formats

MINOR = "_minor"


def say(message: str, params: Mapping[str, Any], language: str | None = None) -> str:
    """The sentence in ``language`` (by default the active one), amounts written as people write them."""
    spoken = language or translation.get_language() or "en"
    with translation.override(spoken):
        return fill(gettext(message), written(params, spoken))


def written(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The parameters with every amount formatted, under both of its names."""
    currency = str(params.get("currency", "CNY"))
    result = dict(params)
    for name, value in params.items():
        if name.endswith(MINOR) and isinstance(value, int):
            result[name] = result[name.removesuffix(MINOR)] = formats.money(value, currency, language)
    return result


def plain_amount(amount_minor: int, currency: str) -> str:
    """An amount for machines and spreadsheets: a point, no sign, no separators."""
    return str(Decimal(amount_minor).scaleb(-money.exponent(currency)))

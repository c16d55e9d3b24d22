"""Tags of the consoles: states with their tone, addresses that keep the query, numbers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from jishi.surfaces.shell import formats, states

register = template.Library()


@register.simple_tag
def state(kind: str, code: str, on_hold: bool = False) -> SafeString:
    """A state in words with its tone; a paid order that waits for its team says so."""
    text, tone = states.KINDS[kind].get(code, (code, ""))
    if kind == "order" and code == "paid" and on_hold:
        text, tone = states.WAITING, "gold"
    return format_html('<span class="state {}">{}</span>', tone, gettext(text))


@register.simple_tag(takes_context=True)
def with_query(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's query with some values changed and the cursor dropped; empty values are left out."""
    kept = {name: value for name, value in context["request"].GET.items() if name != "cursor"}
    merged = {**kept, **changes}
    return "?" + urlencode({name: value for name, value in merged.items() if value not in ("", None)})


@register.filter
def number(value: Any) -> str:
    """A count with the separators of the language."""
    return "" if value in (None, "") else formats.number(int(value), get_language() or "en")


@register.filter
def scale(minor: int, currency: str) -> str:
    """An amount beside a chart: without cents when there are none."""
    text = formats.money(int(minor), currency, get_language() or "en")
    return text.removesuffix(".00")


@register.filter
def percent(value: Any) -> str:
    """Basis points as a whole percentage with one digit, as people of the language write it."""
    return "" if value in (None, "") else formats.percent(int(value), get_language() or "en")


@register.filter
def day(value: Any) -> str:
    """A date, short."""
    return formats.day(value, get_language() or "en")


@register.filter("in")
def is_in(name: str, names: str) -> bool:
    """Whether a word is among some others."""
    return name in names.split()

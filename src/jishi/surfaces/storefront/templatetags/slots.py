"""Words of growth in templates: texts in two languages, and where a first step leads."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from jishi.kernel.text import pick

register = template.Library()

DOORS = {
    "interests": "start",
    "follow": "hot",
    "save": "hot",
    "like": "hot",
    "team": "home",
    "order": "home",
    "note": "post",
    "share": "hot",
}


@register.simple_tag
def said(words: Any) -> str:
    """A text in the reader's language."""
    return pick(words, get_language() or "zh-hans")


@register.simple_tag
def step_url(kind: str) -> str:
    """The page on which a first step can be done."""
    return reverse(f"storefront:{DOORS.get(kind, 'home')}")

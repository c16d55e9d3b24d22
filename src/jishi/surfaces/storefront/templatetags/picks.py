"""Cards of recommended things: the shell's card with the name of its showing and the way to its reason."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jishi.surfaces.shell.templatetags.jishi import product_card

register = template.Library()


@register.simple_tag(takes_context=True)
def shown_card(context: Mapping[str, Any], entry: Any, first: bool = False) -> SafeString:
    """A product's card; a recommended one also says which showing it is, and why."""
    card = product_card(context, entry.card, first)
    if entry.showing is None:
        return card
    marks = format_html(
        '<li data-showing="{}" data-position="{}" ', entry.showing.exposure, entry.showing.position
    )
    why = render_to_string("storefront/picks/why_link.html", {"showing": entry.showing})
    whole = card.replace("<li ", marks, 1).removesuffix("</li>")
    return mark_safe(f"{whole}{why}</li>")  # noqa: S308  # both parts are escaped by their own templates

"""The operator console's side navigation for the page that is open."""

from collections.abc import Mapping
from typing import Any

from django import template

from jishi.surfaces.ops.navigation import GROUPS
from jishi.surfaces.shell import navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def rail_parts(context: Mapping[str, Any]) -> list[navigation.Part]:
    """The groups of the console, with the entry of this page marked."""
    match = getattr(context.get("request"), "resolver_match", None)
    return navigation.parts(GROUPS, match.url_name or "" if match else "")

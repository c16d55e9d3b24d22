"""Stars as people read them: glyphs whose shape tells, numbers to one place, reasons and aspects in words."""

from collections.abc import Iterable, Mapping

from django import template
from django.utils.translation import gettext

from jishi.social.reviews import queries as reviews
from jishi.social.reviews.contracts import Reason

register = template.Library()


@register.filter
def whole_stars(given: int) -> str:
    """Five glyphs, as many of them filled as stars were given."""
    filled = max(0, min(5, int(given or 0)))
    return "★" * filled + "☆" * (5 - filled)


@register.filter
def stars(hundredths: int) -> str:
    """Five glyphs for a mean, rounded to whole stars."""
    return whole_stars((int(hundredths or 0) + 50) // 100)


@register.filter
def star_number(hundredths: int) -> str:
    """A mean to one place."""
    return f"{int(hundredths or 0) / 100:.1f}"


@register.filter
def translated(text: str) -> str:
    """A text of a domain in the reader's language."""
    return gettext(text)


@register.filter
def named(aspects: Mapping[str, int]) -> list[tuple[str, int]]:
    """Judged aspects with their names."""
    names = {one.code: one.name for one in reviews.all_aspects()}
    return [(gettext(names[code]), value) for code, value in aspects.items() if code in names]


@register.filter
def why(reasons: Iterable[Reason]) -> list[Reason]:
    """Reasons in the reader's language."""
    return [Reason(one.code, one.points, gettext(one.words)) for one in reasons]

"""Tags every template uses: amounts, moments, icons, pictures, faces, addresses.

Invariant: none of them asks the database; they print what the page already knows.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from jishi.goods.catalog.contracts import ListingCard
from jishi.insight.surveys.contracts import NEVER_ON
from jishi.kernel import clock
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats

register = template.Library()

PUBLIC_NAMES = frozenset(
    {
        "flash",
        "flash_item",
        "flash_block",
        "flash_buy",
        "flash_remind",
        "home",
        "landing",
        "search",
        "category",
        "product",
        "choose",
        "shop",
        "team",
        "team_live",
        "suggest",
        "hot",
        "nearby",
        "films",
        "topic",
        "note",
        "note_comments",
        "note_buy",
    }
)
TONES = 6
CARD_FIELDS = tuple(field.name for field in fields(ListingCard) if field.name != "badge")


def _language() -> str:
    return get_language() or request_facts.DEFAULT_LANGUAGE


@register.filter
def money(minor: int | None, currency: str = "CNY") -> str:
    """``1990|money:"CNY"`` as text."""
    return "" if minor is None else formats.money(int(minor), currency or "CNY", _language())


@register.simple_tag
def price(minor: int, currency: str, size: str = "") -> SafeString:
    """A price with a small sign and a small fraction."""
    return _price(int(minor), currency or "CNY", size, _language())


@lru_cache(maxsize=8192)
def _price(minor: int, currency: str, size: str, language: str) -> SafeString:
    before, whole, fraction, after = formats.money_parts(minor, currency, language)
    return format_html(
        '<span class="price {}"><small>{}</small>{}<small>{}{}</small></span>',
        size,
        before,
        whole,
        fraction,
        after,
    )


@register.filter
def compact(number: int | None) -> str:
    """A count, shortened when it is large."""
    return formats.compact(int(number or 0), _language())


@register.filter
def bps(value: int | None) -> str:
    """Basis points as a percentage."""
    return f"{(value or 0) / 100:.4g}%"


@register.filter
def when(at: datetime | None) -> SafeString:
    """A moment in the platform's zone, exact in the title."""
    if at is None:
        return mark_safe("")
    language = _language()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        formats.moment_full(at, language),
        formats.moment(at, language, clock.now()),
    )


@register.filter
def ago(at: datetime | None) -> SafeString:
    """How long ago, exact in the title."""
    if at is None:
        return mark_safe("")
    language = _language()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        formats.moment_full(at, language),
        formats.ago(at, language, clock.now()),
    )


@register.filter
def epoch_ms(at: datetime | None) -> int:
    """A moment for the page's clock."""
    return int(at.timestamp() * 1000) if at else 0


@register.simple_tag
def count_down(at: datetime | None, look: str = "", hours: str = "") -> SafeString:
    """A clock that runs against the server's time; without scripts it shows the moment it ends.

    What is left is written as the script writes it, so that nothing moves when the clock begins to run.
    """
    if at is None:
        return mark_safe("")
    now = clock.now()
    return format_html(
        '<count-down class="{}" data-ends="{}" data-day="{}"{}><span class="run">{}</span>'
        "<noscript>{}</noscript></count-down>",
        look,
        epoch_ms(at),
        gettext("d "),
        mark_safe(' data-hours="auto"') if hours == "auto" else "",
        _left(at - now, always_hours=hours != "auto"),
        formats.moment(at, _language(), now),
    )


def _left(left: timedelta, *, always_hours: bool) -> SafeString:
    """Days, hours, minutes and seconds in cells, as `count-down` of app.js paints them."""
    seconds = max(0, ceil(left.total_seconds()))
    days, hours = divmod(seconds // 3600, 24)
    parts = [seconds // 60 % 60, seconds % 60]
    if days or hours or always_hours:
        parts.insert(0, hours)
    cells = format_html_join(":", "<b>{}</b>", ([f"{part:02d}"] for part in parts))
    return format_html('<span class="d">{}{}</span>{}', days, gettext("d "), cells) if days else cells


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, look: str = "") -> SafeString:
    """One symbol of the sprite; decorative, its control carries the words."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        look,
        static("shell/img/sprite.svg"),
        name,
    )


@register.simple_tag
@lru_cache(maxsize=256)
def art(name: str, look: str = "art") -> SafeString:
    """A coloured drawing of the sprite."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        look,
        static("shell/img/sprite.svg"),
        name,
    )


@register.simple_tag
def avatar(person: Any, look: str = "", extra: str = "") -> SafeString:
    """A person's face, or their initial on a tone that is always the same for them."""
    url = getattr(person, "avatar_url", "")
    name = getattr(person, "nickname", "") or "·"
    size = {"s": 24, "l": 52, "xl": 68}.get(look, 36)
    if url:
        return format_html(
            '<img class="av {}" src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">',
            look,
            url,
            extra,
            size,
            size,
        )
    digest = hashlib.blake2s(str(getattr(person, "code", name)).encode(), digest_size=2).digest()
    return format_html(
        '<span class="av {}" data-tone="{}" aria-hidden="true">{}</span>',
        look,
        digest[0] % TONES,
        name[:1].upper(),
    )


@register.simple_tag
def picture(
    url: str,
    srcset: str = "",
    width: int = 0,
    height: int = 0,
    alt: str = "",
    sizes: str = "",
    first: bool = False,
) -> SafeString:
    """A product picture with its size, so that nothing moves when it arrives."""
    if not url:
        return format_html('<span class="no-pic">{}</span>', icon("image", "l"))
    attributes = [("src", url)]
    if srcset:
        attributes += [("srcset", srcset), ("sizes", sizes or "(width >= 900px) 220px, 50vw")]
    if width and height:
        attributes += [("width", str(width)), ("height", str(height))]
    attributes += [("fetchpriority", "high")] if first else [("loading", "lazy"), ("decoding", "async")]
    pairs = format_html_join("", ' {}="{}"', attributes)
    return format_html('<img{} alt="{}">', pairs, alt)


CARDS: dict[tuple[Any, ...], SafeString] = {}
"""Rendered cards. A card is a function of its frozen view, so a kept one can never be out of date."""
CARDS_MAX = 4096


@register.simple_tag
def may_watch(request: Any) -> bool:
    """Whether this page may tell what was seen of it: pages of the shop, where the law allows it unasked.

    What signed-in people said decides when their events are put away; no page asks the database for that.
    """
    if request.resolver_match.namespaces[:1] != ["storefront"]:
        return False
    return privacy.default(Purpose.ANALYTICS) or request_facts.of(request).person_id is not None


@register.simple_tag
def may_ask(request: Any) -> str:
    """Where a page of the shop asks whether a survey wants to come up; '' where nothing ever does."""
    found = getattr(request, "resolver_match", None)
    if found is None or found.namespaces[:1] != ["storefront"] or found.url_name in NEVER_ON:
        return ""
    return f"{reverse('storefront:survey_pop')}?page={found.url_name}"


@register.simple_tag(takes_context=True)
def product_card(context: Mapping[str, Any], card: Any, first: bool = False) -> SafeString:
    """A product in the masonry, rendered once per content, language and address space."""
    request = context.get("request")
    prefix = request_facts.of(request).prefix if request is not None and hasattr(request, "facts") else ""
    badge = json.dumps(card.badge, sort_keys=True, default=str) if card.badge else ""
    content = tuple(getattr(card, name) for name in CARD_FIELDS)
    key = (content, badge, first, prefix, _language())
    if key not in CARDS:
        if len(CARDS) >= CARDS_MAX:
            CARDS.clear()
        html = render_to_string(
            "shell/components/card.html", {"card": card, "first": first, "request": request}
        )
        CARDS[key] = mark_safe(html.strip())  # noqa: S308  # rendered by our own template, which escapes
    return CARDS[key]


@register.filter
def shape(card: Any) -> str:
    """The aspect bucket of a picture; the masonry gives each bucket a fixed number of rows."""
    width, height = getattr(card, "image_w", 0) or 1, getattr(card, "image_h", 0) or 1
    ratio = height / width
    if ratio >= 1.28:
        return "tall"
    if ratio >= 1.12:
        return "mid"
    return "wide" if ratio < 0.85 else "square"


@register.simple_tag(takes_context=True)
def to(context: Mapping[str, Any], name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page, in the language space that the reader is in."""
    url = _address(name, args, tuple(kwargs.items()))
    request = context.get("request")
    prefix = request_facts.of(request).prefix if request is not None and hasattr(request, "facts") else ""
    surface, _, page = name.partition(":")
    return f"{prefix}{url}" if prefix and surface == "storefront" and page in PUBLIC_NAMES else url


@lru_cache(maxsize=8192)
def _address(name: str, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> str:
    """Addresses never change while a process lives, and a list asks for the same ones on every page."""
    return reverse(name, args=args or None, kwargs=dict(kwargs) or None)


@register.simple_tag(takes_context=True)
def product_url(context: Mapping[str, Any], code: str, slug: str = "") -> str:
    """The address of a product, with its readable part."""
    return to(context, "storefront:product", ref=f"{code}-{slug}" if slug else code)


@register.filter
def json_script_body(value: Any) -> SafeString:
    """JSON that is safe inside a script element of a data type."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return mark_safe(escaped)  # noqa: S308  # nothing in it can end the element or begin another


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """One value of a mapping."""
    return mapping.get(key) if mapping else None


@register.filter
def minus(left: int, right: int) -> int:
    """Left without right."""
    return int(left) - int(right)


@register.filter
def times(count: int | None) -> range:
    """Repeat: ``{% for _ in 3|times %}``."""
    return range(max(0, int(count or 0)))

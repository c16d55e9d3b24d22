"""What a placement and a landing page may be, and which slots there are; no table, no clock.

Invariant: an address in a slot or a block stays on this site, whatever somebody typed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from jishi.growth.merchandising import regions
from jishi.growth.merchandising.contracts import (
    MAX_BLOCKS,
    MAX_GOODS,
    MAX_TEXT,
    MAX_TITLE,
    MAX_URL,
    MEMBERS,
    VISITORS,
    Block,
    BlockKind,
    LandingDraft,
    PlacementDraft,
    Slot,
    SlotKind,
    Words,
)
from jishi.kernel.errors import N_

SLOTS = (
    Slot("home.banner", N_("Banners on the front page"), "home", SlotKind.BANNER, 4),
    Slot("home.collection", N_("Goods pinned to the front page"), "home", SlotKind.COLLECTION, 1),
    Slot("home.card", N_("Card in the feed"), "home", SlotKind.CARD, 1, 4, 3),
    Slot("product.strip", N_("Strip on product pages"), "product", SlotKind.BANNER, 1, 16, 3),
    Slot("me.card", N_("Card on the page Me"), "me", SlotKind.BANNER, 1, 16, 3),
    Slot("popup", N_("Pop-up card"), "popup", SlotKind.POPUP, 1, 16, 9),
)
BY_CODE = {one.code: one for one in SLOTS}
POPUPS_A_DAY = 1
"""How many pop-ups somebody sees on one day, of all placements together."""
POPUP_IN_ALL = 3
"""How often one pop-up comes up before the same person at most, whatever its maker asked for."""
FOREVER = timedelta(days=366)
LONGEST = timedelta(days=400)
PATH = re.compile(r"^/(?![/\\])[^\s\\\x00-\x1f\x7f\"'<>`]*$")
SLUG = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$")
SEGMENT = re.compile(r"^(?:segment:[0-9a-z]{1,12}|stage:(?:potential|new|active|loyal|at_risk|churned))$")
LANGUAGES = ("zh-hans", "en")
PAGE_TEXT = 4000
FORBIDDEN = ("/login", "/logout", "/account", "/ops", "/m/", "/api", "/admin", "/lane", "/hooks", "/demo")
"""Places nobody is led to from a banner: doors, consoles, machines."""


def slots_of(page: str) -> tuple[Slot, ...]:
    """The slots of a page."""
    return tuple(one for one in SLOTS if one.page == page)


def is_local(url: str) -> bool:
    """Whether an address is a plain path of the shop."""
    if not PATH.match(url) or len(url) > MAX_URL:
        return False
    parts = urlsplit(url)
    path = parts.path.removeprefix("/en") if parts.path.startswith("/en/") else parts.path
    return not parts.scheme and not parts.netloc and not path.startswith(FORBIDDEN) and ".." not in path


def tidy_words(words: Words, most: int) -> dict[str, str]:
    """The texts without edges and control characters, those of known languages that say something."""
    kept = {}
    for language in LANGUAGES:
        text = words.get(language, "")
        text = "".join(sign for sign in text if sign == "\n" or sign.isprintable()).strip()
        if text:
            kept[language] = text[: most + 1]
    return kept


def is_too_long(words: Words, most: int) -> bool:
    """Whether one of the texts is longer than it may be."""
    return any(len(text) > most for text in words.values())


def tidy(draft: PlacementDraft, at: datetime) -> PlacementDraft:
    """The draft with plain texts, a beginning and an end, and limits that its slot allows."""
    slot = BY_CODE.get(draft.slot)
    starts = draft.starts_at or at
    per_day, in_all = draft.per_day, draft.in_all
    if slot is not None and slot.kind == SlotKind.POPUP:
        per_day, in_all = 1, min(in_all or POPUP_IN_ALL, POPUP_IN_ALL)
    return replace(
        draft,
        title=tidy_words(draft.title, MAX_TITLE),
        text=tidy_words(draft.text, MAX_TEXT),
        url=draft.url.strip(),
        starts_at=starts,
        ends_at=draft.ends_at or starts + FOREVER,
        audiences=tuple(dict.fromkeys(draft.audiences)),
        regions=tuple(dict.fromkeys(draft.regions)),
        seasons=tuple(dict.fromkeys(draft.seasons)),
        product_ids=tuple(dict.fromkeys(draft.product_ids)),
        per_day=per_day,
        in_all=in_all,
    )


def fault(draft: PlacementDraft) -> str:
    """The first field of a tidy draft that cannot be, or ''."""
    slot = BY_CODE.get(draft.slot)
    if slot is None:
        return "slot"
    if not draft.title or is_too_long(draft.title, MAX_TITLE):
        return "title"
    if is_too_long(draft.text, MAX_TEXT):
        return "text"
    if slot.kind == SlotKind.COLLECTION:
        if not draft.product_ids or len(draft.product_ids) > MAX_GOODS:
            return "goods"
        if draft.url and not is_local(draft.url):
            return "url"
    elif not is_local(draft.url):
        return "url"
    return _when_fault(draft) or _whom_fault(draft)


def _when_fault(draft: PlacementDraft) -> str:
    starts, ends = draft.starts_at, draft.ends_at
    if starts is None or ends is None or not starts < ends <= starts + LONGEST:
        return "ends_at"
    if not -100 <= draft.priority <= 100:
        return "priority"
    if not (0 <= draft.per_day <= 50 and 0 <= draft.in_all <= 500):
        return "limits"
    return "" if set(draft.seasons) <= regions.SEASON_CODES else "seasons"


def _whom_fault(draft: PlacementDraft) -> str:
    known = all(one in (VISITORS, MEMBERS) or SEGMENT.match(one) for one in draft.audiences)
    if not known or len(draft.audiences) > 20 or (draft.is_for_chosen and draft.audiences):
        return "audience"
    return "" if set(draft.regions) <= regions.KNOWN else "regions"


def is_read_by_all(words: Words) -> bool:
    """Whether both languages are there."""
    return all(words.get(language) for language in LANGUAGES)


# --- landing pages ---------------------------------------------------------------------------------------


def tidy_landing(draft: LandingDraft) -> LandingDraft:
    """The draft with plain texts and a small address."""
    return replace(
        draft,
        slug=draft.slug.strip().lower(),
        title=tidy_words(draft.title, MAX_TITLE),
        summary=tidy_words(draft.summary, MAX_TEXT),
    )


def landing_fault(draft: LandingDraft) -> str:
    """The first field of a landing page that cannot be, or ''."""
    if not SLUG.match(draft.slug) or draft.slug == "preview":
        return "slug"
    if not draft.title or is_too_long(draft.title, MAX_TITLE):
        return "title"
    return "summary" if is_too_long(draft.summary, MAX_TEXT) else ""


def tidy_block(block: Block) -> Block:
    """A block with plain texts."""
    return replace(
        block,
        title=tidy_words(block.title, MAX_TITLE),
        text=tidy_words(block.text, PAGE_TEXT),
        url=block.url.strip(),
        codes=tuple(dict.fromkeys(code.strip() for code in block.codes if code.strip())),
        until=block.until.strip(),
    )


def block_fault(block: Block) -> str:
    """The first field of a block that cannot be, or ''."""
    if block.kind not in tuple(BlockKind):
        return "kind"
    if is_too_long(block.title, MAX_TITLE):
        return "title"
    if is_too_long(block.text, PAGE_TEXT):
        return "text"
    if block.url and not is_local(block.url):
        return "url"
    if len(block.codes) > MAX_GOODS or any(not re.fullmatch(r"[0-9a-z]{1,20}", one) for one in block.codes):
        return "codes"
    if not re.fullmatch(r"[0-9a-z]{0,12}", block.until):
        return "until"
    return "key" if not re.fullmatch(r"[0-9a-z]{1,12}", block.key) else ""


def unready(draft: LandingDraft, blocks: Sequence[Block]) -> str:
    """What keeps a page from being published, or ''."""
    if not is_read_by_all(draft.title):
        return "title"
    if not blocks or len(blocks) > MAX_BLOCKS:
        return "blocks"
    for block in blocks:
        lacks = {
            BlockKind.TEXT: not is_read_by_all(block.text),
            BlockKind.PICTURE: not block.picture,
            BlockKind.GOODS: not block.codes,
            BlockKind.NOTES: not block.codes,
            BlockKind.TEAMS: not block.codes,
            BlockKind.COUNTDOWN: not block.until or (block.until == "page" and draft.ends_at is None),
            BlockKind.SIGN_UP: not is_read_by_all(block.title) or not is_read_by_all(block.text),
        }[BlockKind(block.kind)]
        if lacks:
            return block.kind
    return ""


def promises_end(blocks: Iterable[Block]) -> bool:
    """Whether the blocks tell people when the page ends."""
    return any(block.kind == BlockKind.COUNTDOWN and block.until == "page" for block in blocks)


def to_rows(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Blocks as they are kept."""
    return [
        {
            "key": one.key,
            "kind": str(one.kind),
            "title": dict(one.title),
            "text": dict(one.text),
            "picture": dict(one.picture),
            "url": one.url,
            "codes": list(one.codes),
            "ids": list(one.ids),
            "until": one.until,
        }
        for one in blocks
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Block, ...]:
    """Blocks as they were kept."""
    return tuple(Block(**{**row, "codes": tuple(row["codes"]), "ids": tuple(row["ids"])}) for row in rows)


def said_in(draft: PlacementDraft) -> tuple[str, ...]:
    """Every word of a placement that people read."""
    return (*draft.title.values(), *draft.text.values())


def said_on(draft: LandingDraft, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Every word of a landing page that people read."""
    of_blocks = (text for one in blocks for text in (*one.title.values(), *one.text.values()))
    return (*draft.title.values(), *draft.summary.values(), *of_blocks)

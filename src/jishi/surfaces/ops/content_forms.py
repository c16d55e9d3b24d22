"""What was typed about pieces, pictures and accounts, and how it becomes a draft."""

import re
from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import UTC, date, datetime, time

from django.http import HttpRequest
from django.utils.translation import gettext

from jishi.growth.publishing.contracts import AssetDraft, AssetView, ChannelDraft, PieceDraft, VariantDraft
from jishi.growth.publishing.errors import AssetInvalid, ChannelInvalid, PieceInvalid
from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.surfaces.ops import content_words as words
from jishi.surfaces.shell.formats import PLATFORM_ZONE

NOON = time(10, 0)
RHYTHMS = ("0", "6", "24", "168")
_SPLIT = re.compile(r"[\s,，、;；]+")
_LINES = re.compile(r"[\n,，、;；]+")


def moment(on: str, at: str, *, otherwise: time = NOON) -> datetime | None:
    """The moment of a day and a time in the platform's zone; None without a day.

    :raises PieceInvalid: they are none.
    """
    if not on.strip():
        return None
    try:
        clock = time.fromisoformat(at.strip()[:8]) if at.strip() else otherwise
        typed = datetime.combine(date.fromisoformat(on.strip()[:10]), clock, PLATFORM_ZONE)
    except ValueError:
        raise PieceInvalid(field="moment") from None
    return typed.astimezone(UTC)


def day(text: str) -> date | None:
    """A day, None for nothing.

    :raises AssetInvalid: it is none.
    """
    try:
        return date.fromisoformat(text.strip()[:10]) if text.strip() else None
    except ValueError:
        raise AssetInvalid(field="expires_on") from None


def split(text: str) -> tuple[str, ...]:
    """Words between spaces or commas."""
    return tuple(one for one in _SPLIT.split(text) if one)


def lines(text: str) -> tuple[str, ...]:
    """Phrases between commas or lines."""
    return tuple(one.strip() for one in _LINES.split(text) if one.strip())


def number(text: str, error: DomainError) -> int:
    """A whole number, 0 for nothing.

    :raises DomainError: the error given, when it is none.
    """
    given = text.strip()
    if not given:
        return 0
    if not (given.isascii() and given.isdecimal()) or len(given) > 9:
        raise error
    return int(given)


def piece(request: HttpRequest, team: Mapping[str, int]) -> PieceDraft:
    """A piece as somebody typed it.

    :raises PieceInvalid: a moment or a person that cannot be.
    """
    post = request.POST
    author = post.get("author", "")
    if author and author not in team:
        raise PieceInvalid(field="author")
    return PieceDraft(
        **{name: post.get(name, "")[:6000] for name in TYPED},
        author_id=team.get(author),
        pictures=tuple(post.getlist("pictures"))[:30],
        products=split(post.get("products", ""))[:30],
        due_at=moment(post.get("on", ""), post.get("at", "")),
    )


TYPED = (
    "title", "lane", "need", "brief", "audience", "source", "headline", "text", "form", "language", "sponsor",
)  # fmt: skip


def asset(request: HttpRequest) -> AssetDraft:
    """What was typed about a picture.

    :raises AssetInvalid: a day that is none.
    """
    post = request.POST
    return AssetDraft(
        **{name: post.get(name, "")[:400] for name in SAID},
        expires_on=day(post.get("expires_on", "")),
        tags=lines(post.get("tags", "")),
    )


SAID = ("title", "licence", "alt", "source", "credit", "proof")


def asset_given(found: AssetView | None, request: HttpRequest | None) -> dict[str, str]:
    """What the form of a picture shows: what was typed, or what is kept."""
    names = ("title", "licence", "alt", "source", "credit", "proof", "expires_on", "tags")
    if request is not None:
        return {name: request.POST.get(name, "") for name in names}
    if found is None:
        return dict.fromkeys(names, "") | {"licence": "own"}
    given = {name: str(getattr(found, name) or "") for name in names}
    return given | {"tags": "、".join(found.tags)}


def channel(request: HttpRequest) -> ChannelDraft:
    """An account as somebody typed it.

    :raises ChannelInvalid: a number or an amount that is none.
    """
    post = request.POST
    cost = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,2}))?", post.get("cost", "").strip() or "0")
    if cost is None:
        raise ChannelInvalid(field="cost")
    numbers = {
        name: number(post.get(name, ""), ChannelInvalid(field=name))
        for name in ("weekly_goal", "title_limit", "text_limit", "picture_limit")
    }
    return ChannelDraft(
        platform=post.get("platform", ""),
        name=post.get("name", ""),
        handle=post.get("handle", ""),
        url=post.get("url", ""),
        cost_minor=int(cost[1]) * 100 + int((cost[2] or "").ljust(2, "0")),
        segments=tuple(post.getlist("segments")),
        themes=lines(post.get("themes", "")),
        weekly_goal=numbers["weekly_goal"],
        title_limit=numbers["title_limit"],
        text_limit=numbers["text_limit"],
        picture_limit=numbers["picture_limit"],
    )


def channel_given(draft: ChannelDraft | None, request: HttpRequest | None) -> dict[str, object]:
    """What the form of an account shows."""
    if request is not None:
        post = request.POST
        typed: dict[str, object] = {one.name: post.get(one.name, "") for one in fields_of(ChannelDraft)}
        return typed | {"segments": post.getlist("segments"), "cost": post.get("cost", "")}
    if draft is None:
        return {"platform": "xiaohongshu", "segments": [], "weekly_goal": 2}
    kept: dict[str, object] = {one.name: getattr(draft, one.name) or "" for one in fields_of(ChannelDraft)}
    whole, cents = divmod(draft.cost_minor, 100)
    cost = f"{whole}.{cents:02d}" if draft.cost_minor else ""
    return kept | {"themes": "、".join(draft.themes), "segments": list(draft.segments), "cost": cost}


def variant(request: HttpRequest) -> VariantDraft:
    """A version as somebody typed it."""
    post = request.POST
    return VariantDraft(
        title=post.get("title", ""),
        text=post.get("text", ""),
        tags=split(post.get("tags", "")),
        pictures=tuple(post.getlist("pictures"))[:60],
    )


def refusal(error: DomainError) -> str:
    """Why something was refused, with the name of the field in the reader's language."""
    if isinstance(error, PieceInvalid | AssetInvalid | ChannelInvalid):
        field = str(error.fields.get("field", ""))
        return gettext("Please check: %(field)s.") % {"field": words.fields().get(field, field)}
    return http.message_of(error)

"""The ways of a piece, what makes a draft whole, and how long a text is to a platform. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from jishi.growth.publishing import contracts
from jishi.growth.publishing.contracts import (
    AssetView,
    Finding,
    Lane,
    Level,
    Licence,
    Limits,
    PieceDraft,
    State,
    VariantDraft,
)
from jishi.kernel import words
from jishi.kernel.errors import N_

MOVES: Mapping[str, frozenset[str]] = {
    State.IDEA: frozenset({State.BRIEF, State.DRAFT, State.DROPPED}),
    State.BRIEF: frozenset({State.IDEA, State.DRAFT, State.DROPPED}),
    State.DRAFT: frozenset({State.BRIEF, State.REVIEW, State.DROPPED}),
    State.REVIEW: frozenset({State.DRAFT, State.SCHEDULED, State.DROPPED}),
    State.SCHEDULED: frozenset({State.DRAFT, State.HELD, State.WAITING, State.PUBLISHED, State.DROPPED}),
    State.HELD: frozenset({State.DRAFT, State.SCHEDULED, State.DROPPED}),
    State.WAITING: frozenset({State.PUBLISHED}),
    State.PUBLISHED: frozenset(),
    State.DROPPED: frozenset({State.IDEA}),
}
EDITABLE = (State.IDEA, State.BRIEF, State.DRAFT, State.REVIEW, State.SCHEDULED, State.HELD)
MOVABLE = EDITABLE
DONE = (State.PUBLISHED, State.WAITING, State.DROPPED)

LIMITS: Mapping[str, int] = {
    "title": contracts.MAX_TITLE,
    "headline": contracts.MAX_TITLE,
    "need": contracts.MAX_LINE,
    "brief": contracts.MAX_BRIEF,
    "text": contracts.MAX_TEXT,
    "source": 80,
    "audience": 12,
    "sponsor": 60,
}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uffef]")
CREDITED = (Licence.CC_BY, Licence.AGREED)


def clean(text: str) -> str:
    """A text without control characters and characters that turn the direction of reading."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def line(text: str) -> str:
    """A text of one line."""
    return " ".join(clean(text).split())


def tidy(draft: PieceDraft) -> PieceDraft:
    """A draft with its texts cleaned and its lists without repeats."""
    return PieceDraft(
        title=line(draft.title),
        lane=draft.lane,
        need=line(draft.need),
        brief=clean(draft.brief),
        audience=draft.audience.strip(),
        source=line(draft.source),
        headline=line(draft.headline),
        text=clean(draft.text),
        form=draft.form,
        language=draft.language,
        sponsor=line(draft.sponsor),
        author_id=draft.author_id,
        pictures=tuple(dict.fromkeys(one.strip() for one in draft.pictures if one.strip())),
        products=tuple(dict.fromkeys(one.strip() for one in draft.products if one.strip())),
        due_at=draft.due_at,
    )


def fault(draft: PieceDraft, forms: Sequence[str]) -> str:
    """The name of the first field that cannot be, '' when all can."""
    for name, limit in LIMITS.items():
        if len(getattr(draft, name)) > limit:
            return name
    if not draft.title:
        return "title"
    if draft.lane not in tuple(Lane):
        return "lane"
    if draft.form not in forms:
        return "form"
    if draft.language not in ("zh-hans", "en"):
        return "language"
    if len(draft.pictures) > contracts.MAX_PICTURES:
        return "pictures"
    return "products" if len(draft.products) > contracts.MAX_PINS else ""


def can_move(before: str, after: str) -> bool:
    """Whether a piece may go from one state to another."""
    return after in MOVES[before]


def content_of(draft: PieceDraft) -> dict[str, object]:
    """What a reviewer approves: everything that readers will see, and as whom."""
    return {
        "headline": draft.headline,
        "text": draft.text,
        "form": draft.form,
        "language": draft.language,
        "sponsor": draft.sponsor,
        "author": draft.author_id,
        "pictures": list(draft.pictures),
        "products": list(draft.products),
    }


def words_in(*texts: str) -> frozenset[str]:
    """The words of texts that carry meaning: two letters or characters at least."""
    return frozenset(word for text in texts for word in words.words_of(text) if len(word) > 1)


def picture_faults(assets: Sequence[AssetView], at: datetime) -> tuple[Finding, ...]:
    """Why pictures may not be used at a moment."""
    found = []
    for one in assets:
        params = {"title": one.title}
        if one.licence == Licence.UNKNOWN:
            words_ = N_("The licence of “%(title)s” is not known.")
            found.append(Finding("rights", Level.STOP, words_, params))
        if one.expires_on is not None and one.expires_on <= at.date():
            words_ = N_("The licence of “%(title)s” ends on %(day)s, before this is published.")
            found.append(Finding("rights", Level.STOP, words_, {**params, "day": one.expires_on.isoformat()}))
        if one.is_archived:
            words_ = N_("“%(title)s” was taken out of the library.")
            found.append(Finding("rights", Level.STOP, words_, params))
    return tuple(found)


def credit_line(assets: Sequence[AssetView], language: str) -> str:
    """Who made the pictures, where their licence asks for it."""
    names = list(dict.fromkeys(one.credit for one in assets if one.licence in CREDITED and one.credit))
    if not names:
        return ""
    return f"图片：{'、'.join(names)}" if language.startswith("zh") else f"Pictures: {', '.join(names)}"


def length(text: str, limits: Limits) -> int:
    """How long a text is to a platform."""
    return len(text) + (len(_WIDE.findall(text)) if limits.wide_counts_twice else 0)


def whole_text(draft: VariantDraft, link: str = "") -> str:
    """The text as it is posted: words, link, tags."""
    tags = " ".join(f"#{tag}" for tag in draft.tags)
    return "\n\n".join(part for part in (draft.text, link, tags) if part)


def variant_faults(draft: VariantDraft, limits: Limits) -> tuple[Finding, ...]:
    """What of a version does not fit its platform."""
    found: list[Finding] = []

    def add(about: str, message: str, is_: int, most: int) -> None:
        found.append(Finding(about, Level.STOP, message, {"is": is_, "most": most}))

    title, text = length(draft.title, limits), length(whole_text(draft), limits)
    if limits.title == 0 and draft.title:
        found.append(Finding("title", Level.STOP, N_("This platform has no title.")))
    elif limits.title and not draft.title:
        found.append(Finding("title", Level.STOP, N_("This platform wants a title.")))
    elif title > limits.title:
        add("title", N_("Title: %(is)s characters, %(most)s fit."), title, limits.title)
    if not draft.text:
        found.append(Finding("text", Level.STOP, N_("There is no text yet.")))
    if text > limits.text:
        add("text", N_("Text with its tags: %(is)s characters, %(most)s fit."), text, limits.text)
    if len(draft.pictures) > limits.pictures:
        add("pictures", N_("%(is)s pictures, %(most)s fit."), len(draft.pictures), limits.pictures)
    if limits.needs_picture and not draft.pictures:
        found.append(Finding("pictures", Level.STOP, N_("This platform wants at least one picture.")))
    if len(draft.tags) > limits.tags:
        add("tags", N_("%(is)s tags, %(most)s fit."), len(draft.tags), limits.tags)
    if not limits.takes_links and re.search(r"https?://", draft.text):
        found.append(Finding("text", Level.STOP, N_("This platform takes no links in the text.")))
    return tuple(found)


def film_faults(assets: Sequence[AssetView], limits: Limits) -> tuple[Finding, ...]:
    """What of the films of a version does not fit its platform."""
    found: list[Finding] = []
    for one in assets:
        if one.film is None:
            continue
        seconds, size = -(-one.film.duration_ms // 1000), -(-one.film.size_bytes // 1_000_000)
        if not limits.film_s:
            found.append(Finding("pictures", Level.STOP, N_("This platform takes no films here.")))
        elif seconds > limits.film_s:
            words_ = N_("The film runs %(is)s seconds, %(most)s fit.")
            found.append(Finding("pictures", Level.STOP, words_, {"is": seconds, "most": limits.film_s}))
        elif size > limits.film_mb:
            words_ = N_("The film has %(is)s MB, %(most)s fit.")
            found.append(Finding("pictures", Level.STOP, words_, {"is": size, "most": limits.film_mb}))
    return tuple(found)


def one_film(assets: Sequence[AssetView]) -> tuple[Finding, ...]:
    """A note holds one film."""
    if sum(one.film is not None for one in assets) > 1:
        return (Finding("whole", Level.STOP, N_("One film fits into a piece.")),)
    return ()


def first_version(draft: PieceDraft, limits: Limits) -> VariantDraft:
    """A version to begin with: nothing is cut silently, what is too long is said."""
    head = "" if limits.title == 0 else draft.headline
    text = draft.text if head or not draft.headline else f"{draft.headline}\n\n{draft.text}"
    return VariantDraft(title=head, text=text, pictures=draft.pictures[: limits.pictures])

"""What a note may hold and how its text is read. Pure.

Invariant: the pieces of a text, put together, are the text: nothing is lost, nothing is added, no markup
is made.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from jishi.kernel import words
from jishi.kernel.errors import N_
from jishi.social.notes import contracts, errors
from jishi.social.notes.contracts import Bucket, ContentState, Form, FormField, NoteDraft, Piece, Visibility

LONG_PARTICULAR = 600
SHORT_PARTICULAR = 80
FORM_FIELDS: Mapping[str, tuple[FormField, ...]] = {
    Form.PLAIN: (),
    Form.PRODUCT_TEST: (
        FormField("good", N_("What is good"), LONG_PARTICULAR, True),
        FormField("bad", N_("What could be better"), LONG_PARTICULAR, True),
        FormField("used_for", N_("Used for how long"), SHORT_PARTICULAR),
        FormField("verdict", N_("Verdict"), SHORT_PARTICULAR),
    ),
    Form.BUYING_GUIDE: (
        FormField("for_whom", N_("For whom"), SHORT_PARTICULAR),
        FormField("budget", N_("Budget"), SHORT_PARTICULAR),
        FormField("look_for", N_("What to look for"), LONG_PARTICULAR, True),
    ),
    Form.TUTORIAL: (
        FormField("needs", N_("What you need"), LONG_PARTICULAR, True),
        FormField("steps", N_("Step by step"), LONG_PARTICULAR, True),
        FormField("takes", N_("Time it takes"), SHORT_PARTICULAR),
    ),
    Form.ORDER_SHOW: (
        FormField("bought_for", N_("Bought for"), SHORT_PARTICULAR),
        FormField("again", N_("Would buy again"), SHORT_PARTICULAR),
    ),
    Form.TRADE_NEWS: (
        FormField("source", N_("Source"), SHORT_PARTICULAR),
        FormField("matters", N_("Why it matters"), LONG_PARTICULAR, True),
    ),
}
FORM_NAMES: Mapping[str, str] = {
    Form.PLAIN: N_("Note"),
    Form.PRODUCT_TEST: N_("Product test"),
    Form.BUYING_GUIDE: N_("Buying guide"),
    Form.TUTORIAL: N_("Tutorial"),
    Form.ORDER_SHOW: N_("Order show"),
    Form.TRADE_NEWS: N_("Trade news"),
}
MOVES: Mapping[str, frozenset[str]] = {
    ContentState.DRAFT: frozenset({"scheduled", "in_review", "published", "removed"}),
    ContentState.SCHEDULED: frozenset({"draft", "in_review", "published", "hidden", "rejected", "removed"}),
    ContentState.IN_REVIEW: frozenset({"published", "hidden", "rejected", "removed"}),
    ContentState.PUBLISHED: frozenset({"in_review", "hidden", "rejected", "removed"}),
    ContentState.HIDDEN: frozenset({"draft", "scheduled", "in_review", "published", "rejected", "removed"}),
    ContentState.REJECTED: frozenset({"in_review", "published", "hidden", "removed"}),
    ContentState.REMOVED: frozenset(),
}
_TOPIC = r"(?<![A-Za-z0-9_&/])[#＃](?P<topic>[\w\-]{1,40})[#＃]?"
_MENTION = r"(?<![A-Za-z0-9_.])[@＠](?P<mention>[^\s@＠#＃,，。!！?？:：;；、()（）\[\]【】<>\"“”]{1,40})"
_LINK = r"(?P<link>https?://[^\s<>\"'“”‘’（）【】「」《》，。；！]+)"
_TOKENS = re.compile(f"{_LINK}|{_TOPIC}|{_MENTION}", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)]}…"
_LETTER = re.compile(r"[^\W\d_]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def clean_text(text: str) -> str:
    """A text without control characters and characters that turn the direction of reading."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(text: str) -> str:
    """A text of one line."""
    return " ".join(clean_text(text).split())


def topic_slug(name: str) -> str:
    """The one spelling of a topic, '' when it has no letter."""
    folded = re.sub(r"[^\w\-]", "", words.fold(name)).strip("-_")[:40]
    return folded if _LETTER.search(folded) else ""


def find_topics(text: str) -> dict[str, str]:
    """The topics of a text, by slug, in order of appearance."""
    found: dict[str, str] = {}
    for match in _TOKENS.finditer(text):
        name = match["topic"]
        slug = topic_slug(name) if name else ""
        if slug:
            found.setdefault(slug, name)
    return found


def find_mentions(text: str) -> list[str]:
    """What stands behind each @ of a text; the beginning of each may be a person's name."""
    return list(dict.fromkeys(match["mention"] for match in _TOKENS.finditer(text) if match["mention"]))


def find_links(text: str) -> tuple[str, ...]:
    """The addresses in a text."""
    return tuple(dict.fromkeys(piece.target for piece in pieces(text) if piece.kind == "link"))


def beginnings(candidates: Iterable[str]) -> set[str]:
    """Every beginning of these strings: Chinese puts no space after a name."""
    return {text[:end] for text in candidates for end in range(1, len(text) + 1)}


def longest_name(candidate: str, names: Iterable[str]) -> str:
    """The longest of the names that the candidate begins with, or ''."""
    return max((name for name in names if name and candidate.startswith(name)), key=len, default="")


def pieces(text: str, names: Mapping[str, str] | None = None) -> tuple[Piece, ...]:
    """A text cut into words, topics, mentions (of `names`: nickname to code) and links."""
    found: list[Piece] = []
    at = 0
    for match in _TOKENS.finditer(text):
        piece = _piece(match, names or {})
        if piece is None:
            continue
        start = match.start()
        if start > at:
            found.append(Piece("text", text[at:start]))
        found.append(piece)
        at = start + len(piece.text)
    if at < len(text):
        found.append(Piece("text", text[at:]))
    return tuple(found)


def _piece(match: re.Match[str], names: Mapping[str, str]) -> Piece | None:
    if match["link"]:
        address = match["link"].rstrip(_AFTER_LINK)
        host = real_host(address)
        return Piece("link", address, address, host) if host else None
    if match["topic"]:
        slug = topic_slug(match["topic"])
        return Piece("topic", match.group(), slug) if slug else None
    name = longest_name(match["mention"], names)
    return Piece("mention", match.group()[0] + name, names[name]) if name else None


def real_host(address: str) -> str:
    """Where an address leads, in the letters of the network; '' when it leads nowhere sensible."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return ""
    return host + port if "." in host and parts.scheme in ("http", "https") else ""


def excerpt(text: str, limit: int = 80) -> str:
    """The beginning of a text as one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def bucket(cover: Mapping[str, Any] | None) -> str:
    """The shape in which a cover is shown."""
    if not cover or not cover.get("w") or not cover.get("h"):
        return Bucket.NEARLY_SQUARE
    ratio = cover["w"] / cover["h"]
    if ratio < 0.775:
        return Bucket.TALL
    return Bucket.NEARLY_SQUARE if ratio < 0.9 else Bucket.SQUARE


def quality(draft: NoteDraft, *, picture_count: int, has_video: bool) -> float:
    """How much care a note shows, 0 to 1; what people do with it is counted elsewhere."""
    length = len(draft.text) + 2 * len(draft.title)
    score = 0.35 * min(1.0, length / 200) + 0.3 * min(1.0, picture_count / 3 + has_video)
    score += 0.15 * bool(draft.pins) + 0.1 * bool(draft.title) + 0.1 * bool(draft.details)
    return round(min(1.0, score), 3)


def check_move(before: str, after: str) -> None:
    """Refuse a step that no content takes.

    :raises StateForbids: it cannot go from here to there.
    """
    if after not in MOVES[before]:
        raise errors.StateForbids(state=before)


def clean_draft(draft: NoteDraft) -> NoteDraft:
    """The draft, checked and tidied; whether it is complete is asked when it is published.

    :raises TooLong: a text is longer than it may be.
    :raises TooMany: more pictures, products, topics or mentions than a note may have.
    :raises NoteFieldInvalid: a field has a value it cannot have.
    """
    if draft.form not in tuple(Form):
        raise errors.NoteFieldInvalid(field=N_("Kind of note"))
    title, text = clean_line(draft.title), clean_text(draft.text)
    place, sponsor = clean_line(draft.place), clean_line(draft.sponsor) if draft.is_sponsored else ""
    _check_length(N_("Title"), title, contracts.MAX_TITLE)
    _check_length(N_("Text"), text, contracts.MAX_TEXT)
    _check_length(N_("Place"), place, contracts.MAX_PLACE)
    _check_length(N_("Sponsor"), sponsor, contracts.MAX_SPONSOR)
    _check_visibility(draft)
    _check_count(N_("Pictures"), draft.pictures or (), contracts.MAX_PICTURES)
    _check_count(N_("Products"), draft.pins, contracts.MAX_PINS)
    _check_count(N_("Topics"), find_topics(f"{title}\n{text}"), contracts.MAX_TOPICS)
    _check_count(N_("Mentions"), find_mentions(text), contracts.MAX_MENTIONS)
    for pin in draft.pins:
        if not (0 <= pin.x <= 1 and 0 <= pin.y <= 1 and 0 <= pin.picture < contracts.MAX_PICTURES):
            raise errors.NoteFieldInvalid(field=N_("Products"))
    details = clean_details(draft.form, draft.details)
    return replace(draft, title=title, text=text, place=place, sponsor=sponsor, details=details)


def clean_details(form: str, details: Mapping[str, str]) -> dict[str, str]:
    """The particulars that this form asks for, tidied; others are dropped.

    :raises TooLong: one is longer than it may be.
    """
    kept: dict[str, str] = {}
    for field in FORM_FIELDS[form]:
        value = clean_text(str(details.get(field.name, "")))
        _check_length(field.label, value, field.limit)
        if value:
            kept[field.name] = value
    return kept


def check_comment(text: str) -> str:
    """The words of a comment, tidied.

    :raises NoteEmpty: there are none.
    :raises TooLong: there are too many.
    :raises TooMany: it names too many people.
    """
    words_ = clean_text(text)
    if not words_:
        raise errors.NoteEmpty()
    _check_length(N_("Comment"), words_, contracts.MAX_COMMENT)
    _check_count(N_("Mentions"), find_mentions(words_), contracts.MAX_MENTIONS)
    return words_


def _check_visibility(draft: NoteDraft) -> None:
    if draft.visibility not in tuple(Visibility):
        raise errors.NoteFieldInvalid(field=N_("Visibility"))
    if (draft.visibility == Visibility.AUDIENCE) != (draft.audience is not None):
        raise errors.NoteFieldInvalid(field=N_("Visibility"))
    if draft.audience and not (0 < len(draft.audience.kind) <= 24 and 0 < len(draft.audience.key) <= 80):
        raise errors.NoteFieldInvalid(field=N_("Visibility"))


def _check_length(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise errors.TooLong(field=field, limit=limit)


def _check_count(field: str, things: Sequence[Any] | Mapping[str, Any], limit: int) -> None:
    if len(things) > limit:
        raise errors.TooMany(field=field, limit=limit)

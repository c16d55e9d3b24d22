"""What comes into the inbox, each under its natural key: the same words from the same place come in once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jishi.growth.listening.contracts import LOW_STARS, MAX_TEXT, Source
from jishi.growth.listening.errors import FeedbackInvalid
from jishi.growth.listening.models import Item
from jishi.growth.listening.operations import theming
from jishi.insight.surveys import queries as surveys
from jishi.kernel import clock, limits, media
from jishi.social.reviews import queries as reviews
from jishi.social.reviews.errors import ReviewNotFound

_COMMENT = """
SELECT c.code, c.author_id, c.text, 'note:' || n.code
FROM notes_comment c JOIN notes_note n ON n.id = c.note_id
WHERE c.code = %s AND c.state = 'published' AND c.author_id <> n.author_id
    AND n.state = 'published' AND n.visibility = 'public'
    AND EXISTS (SELECT 1 FROM notes_pin p WHERE p.note_id = n.id)
"""
_SAID = """
SELECT m.code, m.sender_id, m.text, 'shop:' || s.slug FROM messaging_message m
JOIN messaging_conversation c ON c.id = m.conversation_id JOIN merchants_shop s ON s.id = c.shop_id
WHERE c.code = %s AND m.no = %s AND m.kind = 'text' AND NOT m.from_shop AND m.sender_id = c.customer_id
    AND m.recalled_at IS NULL AND m.hidden_at IS NULL
"""
FOLDER = "feedback"
PER_DAY = 10


def store_picture(*, person_id: int, upload: bytes) -> dict[str, Any]:
    """Keep a picture of a suggestion in all its sizes, before any transaction.

    :raises PictureUnreadable: it is no picture.
    :raises PictureTooLarge: it is too large.
    :raises RateLimited: too many uploads in an hour.
    """
    limits.hit(bucket="listening.upload", key=str(person_id), limit=20, window_s=3600)
    return media.as_json(media.store(upload, folder=FOLDER))


def suggest(
    *,
    person_id: int,
    text: str,
    client_key: str,
    picture: Mapping[str, Any] | None = None,
    about: str = "",
    at: datetime | None = None,
) -> str:
    """Take in what somebody suggests; the same form sent twice is one item. Returns its code.

    :raises FeedbackInvalid: nothing was said, or too much.
    :raises RateLimited: too much in a day.
    """
    words = text.replace("\x00", "").strip()
    if not words or len(words) > MAX_TEXT:
        raise FeedbackInvalid(field="text")
    if not 0 < len(client_key) <= 60 or len(about) > 80:
        raise FeedbackInvalid(field="form")
    key = f"suggestion:{person_id}:{client_key}"
    if found := Item.objects.filter(natural_key=key).values_list("code", flat=True).first():
        return found
    limits.hit(bucket="listening.suggest", key=str(person_id), limit=PER_DAY, window_s=86_400)
    return _take(
        source=Source.SUGGESTION,
        natural_key=key,
        person_id=person_id,
        text=words,
        picture=dict(picture) if picture else None,
        about=about,
        at=clock.at_or_now(at),
    )


def take_review(*, code: str, author_id: int, at: datetime | None = None) -> str:
    """Take in a review with few stars; others are left where they are. Returns the item's code, or ''."""
    try:
        found = reviews.get_review(code, viewer_id=author_id)
    except ReviewNotFound:
        return ""
    if found.stars > LOW_STARS:
        return ""
    return _take(
        source=Source.REVIEW,
        natural_key=f"review:{code}",
        person_id=author_id,
        is_unnamed=found.is_anonymous,
        text=found.text[:MAX_TEXT],
        about=f"product:{found.product_code}",
        score=found.stars,
        at=clock.at_or_now(at),
    )


def take_survey(*, answer_code: str, person_id: int, score: int | None, at: datetime | None = None) -> int:
    """Take in the words somebody wrote into a survey under their name; returns how many texts."""
    moment = clock.at_or_now(at)
    survey, texts = surveys.texts_of_answer(answer_code)
    for question, text in texts.items():
        _take(
            source=Source.SURVEY,
            natural_key=f"survey:{answer_code}:{question}",
            person_id=person_id,
            text=text[:MAX_TEXT],
            about=f"survey:{survey}",
            score=score,
            at=moment,
        )
    return len(texts)


def take_comment(*, comment_code: str, at: datetime | None = None) -> str:
    """Take in a comment under a note that shows goods, if it speaks of a theme; returns the item or ''.

    What the author of the note says under it, and what is out of sight, stays where it is.
    """
    return _overheard(_COMMENT, [comment_code], Source.COMMENT, f"comment:{comment_code}", at)


def take_said(*, conversation_code: str, no: int, at: datetime | None = None) -> str:
    """Take in a line that a shopper wrote to a shop, if it speaks of a theme; returns the item's code or ''.

    What people write to each other is nobody's business and never looked at.
    """
    return _overheard(_SAID, [conversation_code, no], Source.CHAT, "", at)


def _overheard(
    statement: str, params: Sequence[str | int], source: str, key: str, at: datetime | None
) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchone()
    if found is None:
        return ""
    code, person_id, text, about = found
    words = text.strip()[:MAX_TEXT]
    if not words or not theming.speaks_of(words):
        return ""
    return _take(
        source=source,
        natural_key=key or f"line:{code}",
        person_id=person_id,
        text=words,
        about=about,
        at=clock.at_or_now(at),
    )


def take_line(
    *,
    message_code: str,
    person_id: int,
    text: str,
    about: str = "",
    by: int | None = None,
    at: datetime | None = None,
) -> str:
    """Take in a line of a conversation that staff marked as a complaint; marked twice it is one item.

    :raises FeedbackInvalid: the line has no words.
    """
    words = text.strip()[:MAX_TEXT]
    if not words:
        raise FeedbackInvalid(field="text")
    return _take(
        source=Source.CHAT,
        natural_key=f"line:{message_code}",
        person_id=person_id,
        text=words,
        about=about,
        at=clock.at_or_now(at),
    )


def _take(*, natural_key: str, text: str, at: datetime, **fields: Any) -> str:
    item = Item(natural_key=natural_key, text=text, created_at=at, **fields)
    with transaction.atomic():
        Item.objects.bulk_create([item], ignore_conflicts=True)
        kept = Item.objects.get(natural_key=natural_key)
        if kept.code == item.code:
            theming.tag(kept.pk, text)
    return kept.code

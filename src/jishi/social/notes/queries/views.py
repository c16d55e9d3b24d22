"""A row of a note with everything its page shows, as a frozen view."""

from collections.abc import Iterable, Mapping
from typing import Any

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard
from jishi.kernel import media
from jishi.people.accounts.contracts import AudienceRef
from jishi.social.notes import rules
from jishi.social.notes.contracts import (
    ContentState,
    FormDetail,
    NoteView,
    PictureView,
    PinView,
    StateNote,
    TopicView,
    VideoView,
    Visibility,
)
from jishi.social.notes.queries import rows


def whole(row: Mapping[str, Any], pinned: tuple[PinView, ...], viewer_id: int | None) -> NoteView:
    """Everything a note's page shows; `row` is one of ``rows.WHOLE``."""
    is_own = row["author_id"] == viewer_id
    shown = row["details"]
    fields = rules.FORM_FIELDS[row["form"]]
    return NoteView(
        id=row["id"],
        code=row["code"],
        form=row["form"],
        title=row["title"],
        text=row["text"],
        pieces=rules.pieces(row["text"], dict(row["mentioned"])),
        excerpt=rules.excerpt(row["text"], 150),
        state=row["state"],
        state_note=state_note(row) if is_own else None,
        visibility=row["visibility"],
        audience=audience(row),
        author=rows.author(row),
        author_name=row["remark"] or row["nickname"],
        pictures=pictures(row),
        video=video(row),
        cover=rows.picture(row["cover"], row["title"]),
        bucket=rules.bucket(row["cover"]),
        pins=pinned,
        topics=tuple(TopicView(*one) for one in row["topics"]),
        place=row["place"],
        is_sponsored=row["is_sponsored"],
        sponsor=row["sponsor"],
        details=tuple(FormDetail(f.name, f.label, shown[f.name]) for f in fields if shown.get(f.name)),
        origin=rows.find_origin(row["repost_of_id"], viewer_id),
        language=row["language"],
        like_count=row["like_count"],
        comment_count=row["comment_count"],
        favourite_count=row["favourite_count"],
        repost_count=row["repost_count"],
        is_liked=row["is_liked"],
        is_favourite=row["is_favourite"],
        is_own=is_own,
        may_comment=row["state"] == ContentState.PUBLISHED and viewer_id is not None,
        created_at=row["created_at"],
        published_at=row["published_at"],
        scheduled_at=row["scheduled_at"],
        edited_at=row["edited_at"],
        quality=row["quality"],
        folders=tuple((code, name) for code, name in row["folders"]),
    )


def pictures(row: Mapping[str, Any]) -> tuple[PictureView, ...]:
    """The pictures of a note, as they are shown."""
    shown = (rows.picture(kept, row["title"]) for kept in row["pictures"])
    return tuple(one for one in shown if one is not None)


def video(row: Mapping[str, Any]) -> VideoView | None:
    """Its film with a poster, or None."""
    kept = row["video"]
    if not kept:
        return None
    poster = rows.picture(row["cover"], row["title"])
    return VideoView(media.url(kept["file"]), kept["w"], kept["h"], kept["ms"], kept["bytes"], poster)


def pins(kept: Iterable[list[Any]], language: str) -> tuple[PinView, ...]:
    """Products on the pictures of one note; what is not for sale any more is left out."""
    return pins_of_many([list(kept)], language)[0]


def pins_of_many(kept: list[list[list[Any]]], language: str) -> list[tuple[PinView, ...]]:
    """The same for several notes, in their order, with one read of the catalogue."""
    products = {one[4] for pinned in kept for one in pinned}
    cards = catalog_queries.list_cards(sorted(products), language=language or "zh-hans") if products else {}
    return [tuple(_pin(one, cards[one[4]]) for one in pinned if one[4] in cards) for pinned in kept]


def _pin(kept: list[Any], card: ListingCard) -> PinView:
    position, picture, x, y, product_id = kept
    return PinView(
        position=position,
        picture=picture,
        x=x,
        y=y,
        left_pct=round(x * 100),
        top_pct=round(y * 100),
        product_id=product_id,
        product_code=card.code,
        title=card.title,
        image_url=card.image_url,
        price_minor=card.price_minor,
        currency=card.currency,
        in_stock=card.in_stock,
    )


def audience(row: Mapping[str, Any]) -> AudienceRef | None:
    """For whom a note of an audience is."""
    if row["visibility"] != Visibility.AUDIENCE:
        return None
    return AudienceRef(row["audience_kind"], row["audience_key"])


def state_note(row: Mapping[str, Any]) -> StateNote | None:
    """Why it is not shown."""
    return StateNote(row["reason"], row["reason_note"]) if row["reason"] else None

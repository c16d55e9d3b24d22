"""Handing a person what notes hold about them."""

from typing import Any

from jishi.kernel import media
from jishi.social.notes.models import (
    Comment,
    CommentLike,
    Favourite,
    Folder,
    HiddenAuthor,
    Like,
    Mention,
    Note,
)


def text_of(note_id: int) -> str:
    """Return the words of a note, '' when it is gone; for handlers that read what was published."""
    return Note.objects.filter(pk=note_id).values_list("text", flat=True).first() or ""


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return everything a person wrote, liked, keeps and is named in, as plain values."""
    likes = Like.objects.filter(person_id=person_id).order_by("pk").select_related("note")
    comment_likes = CommentLike.objects.filter(person_id=person_id).order_by("pk").select_related("comment")
    kept = Favourite.objects.filter(person_id=person_id).order_by("pk").select_related("note", "folder")
    named = Mention.objects.filter(person_id=person_id).order_by("pk").select_related("note")
    held = HiddenAuthor.objects.filter(pk=person_id).first()
    return {
        "notes": [_note(row) for row in Note.objects.filter(author_id=person_id).order_by("pk")],
        "comments": [
            {
                "code": row.code,
                "text": row.text,
                "state": row.state,
                "reason": row.reason,
                "reason_note": row.reason_note,
                "created_at": row.created_at.isoformat(),
            }
            for row in Comment.objects.filter(author_id=person_id).order_by("pk")
        ],
        "likes": [{"note": row.note.code, "at": row.created_at.isoformat()} for row in likes],
        "comment_likes": [
            {"comment": row.comment.code, "at": row.created_at.isoformat()} for row in comment_likes
        ],
        "folders": [
            {"name": row.name, "created_at": row.created_at.isoformat()}
            for row in Folder.objects.filter(person_id=person_id).order_by("pk")
        ],
        "favourites": [
            {
                "note": row.note.code,
                "folder": row.folder.name if row.folder else "",
                "at": row.created_at.isoformat(),
            }
            for row in kept
        ],
        "named_in": [row.note.code for row in named],
        "suspended": {"reason": held.reason, "since_at": held.since_at.isoformat()} if held else None,
    }


def _note(row: Note) -> dict[str, Any]:
    names = ("code", "form", "title", "text", "details", "state", "reason", "reason_note", "visibility")
    more = ("audience_kind", "audience_key", "place", "sponsor")
    return {
        **{name: getattr(row, name) for name in (*names, *more)},
        "pictures": [{**kept, "url": media.url(kept["file"])} for kept in row.pictures],
        "cover": row.cover,
        "video": row.video,
        "created_at": row.created_at.isoformat(),
        "published_at": row.published_at.isoformat() if row.published_at else None,
    }

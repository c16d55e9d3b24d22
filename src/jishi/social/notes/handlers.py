"""Authors and people who are named hear of it; a link in a note gets its preview."""

from typing import Any

from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications
from jishi.social.notes import queries
from jishi.social.notes.events import (
    NoteCommented,
    NoteLiked,
    NotePublished,
    NoteReposted,
    PersonMentioned,
)
from jishi.social.previews import operations as previews
from jishi.social.previews import queries as preview_queries


def on_published(event: NotePublished) -> None:
    """Ask for the preview of the first link; nothing outside is read while somebody waits."""
    url = preview_queries.first_link(queries.text_of(event.note_id))
    if url:
        previews.request(url=url, at=event.at)


def on_liked(event: NoteLiked) -> None:
    """Tell the author; the same person once, however often they change their mind."""
    _tell("note_liked", event.author_id, event.person_id, event, key=event.code)


def on_reposted(event: NoteReposted) -> None:
    """Tell the author that their note was passed on."""
    _tell("note_reposted", event.author_id, event.person_id, event, key=event.repost_code)


def on_commented(event: NoteCommented) -> None:
    """Tell the author and, first of all, whoever was answered."""
    url = f"/notes/{event.code}/#c-{event.comment_code}"
    words = {"excerpt": event.excerpt}
    answered = event.reply_to_person_id
    if answered and answered != event.person_id:
        _tell(
            "comment_answered", answered, event.person_id, event, key=event.comment_code, url=url, more=words
        )
    if event.author_id != answered:
        _tell(
            "note_commented",
            event.author_id,
            event.person_id,
            event,
            key=event.comment_code,
            url=url,
            more=words,
        )


def on_mentioned(event: PersonMentioned) -> None:
    """Tell whoever was named."""
    url = f"/notes/{event.code}/" + (f"#c-{event.comment_code}" if event.comment_code else "")
    key = event.comment_code or event.code
    _tell("person_mentioned", event.person_id, event.author_id, event, key=key, url=url)


def _tell(
    kind: str,
    whom: int,
    about: int,
    event: Any,
    *,
    key: str,
    url: str = "",
    more: dict[str, Any] | None = None,
) -> None:
    if whom == about:
        return
    notifications.notify(
        person_id=whom,
        kind=kind,
        params={"nickname": people.get_person(about).nickname, **(more or {})},
        url=url or f"/notes/{event.code}/",
        natural_key=f"{kind}:{key}:{about}",
        at=event.at,
    )

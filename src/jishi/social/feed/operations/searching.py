"""Words of notes. A note is indexed whole again whenever it changes, so repeating it is harmless."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from jishi.kernel import clock, words
from jishi.social.feed.models import NoteWords

_READ = """
SELECT n.id, n.title, n.text, n.place,
       coalesce((SELECT string_agg(t.name, ' ' ORDER BY t.id) FROM notes_notetopic x
                 JOIN notes_topic t ON t.id = x.topic_id WHERE x.note_id = n.id), '')
FROM notes_note n WHERE n.id = ANY(%s) AND n.state = 'published' AND n.visibility = 'public'
"""
_WRITE = """
INSERT INTO feed_notewords (note_id, words, indexed_at)
SELECT id, words::tsvector, %s FROM unnest(%s::bigint[], %s::text[]) AS given(id, words)
ON CONFLICT (note_id) DO UPDATE SET words = EXCLUDED.words, indexed_at = EXCLUDED.indexed_at
"""


def index_notes(*, note_ids: Iterable[int], at: datetime | None = None) -> int:
    """Make public notes findable by their words and take out what is not public. Returns how many stay."""
    wanted = list(dict.fromkeys(note_ids))
    with connection.cursor() as cursor:
        cursor.execute(_READ, [wanted])
        rows = cursor.fetchall()
        texts = [
            words.document([("A", title), ("A", topics), ("C", text), ("C", place)])[0]
            for _, title, text, place, topics in rows
        ]
        cursor.execute(_WRITE, [clock.at_or_now(at), [row[0] for row in rows], texts])
    unindex(note_ids=set(wanted) - {row[0] for row in rows})
    return len(rows)


def unindex(*, note_ids: Iterable[int]) -> None:
    """Take notes out of the search."""
    NoteWords.objects.filter(note_id__in=list(note_ids)).delete()

"""How often the notes of pieces were really looked at, counted from the lake. Heavy process only.

The count of a piece is that of all its views since it came out, made anew each time: running twice changes
nothing, and late events are in the next count. Bots are left out.
"""

from datetime import datetime, timedelta

import duckdb
from django.db import connection

from jishi.growth.publishing.contracts import State
from jishi.growth.publishing.models import Piece
from jishi.insight.behavior import queries as behavior

COUNTED_FOR = timedelta(days=90)
"""Older pieces keep their last count."""
_NUMBERS = "SELECT id, code FROM notes_note WHERE code = ANY(%s)"
_VIEWS = """
SELECT note_id, count(*), count(DISTINCT user_id)
FROM read_parquet({files}, hive_partitioning = false)
WHERE kind = 'note_viewed' AND NOT coalesce(is_bot, false)
  AND note_id IN (SELECT unnest(CAST(? AS BIGINT[])))
GROUP BY 1
"""


def count_views(at: datetime) -> int:
    """Count the views of every piece of the last three months; returns how many pieces have any."""
    rows = Piece.objects.filter(state=State.PUBLISHED, published_at__gte=at - COUNTED_FOR)
    pieces = {row.note_code: row for row in rows.only("pk", "note_code", "published_at", "views", "viewers")}
    if not pieces:
        return 0
    first = min(row.published_at for row in pieces.values() if row.published_at is not None)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [list(pieces)])
        notes: dict[int, str] = dict(cursor.fetchall())
    found = _read(list(notes), first)
    for note_id, code in notes.items():
        piece = pieces[code]
        piece.views, piece.viewers = found.get(note_id, (0, 0))
        piece.counted_at = at
    Piece.objects.bulk_update(pieces.values(), ["views", "viewers", "counted_at"], batch_size=500)
    return len(found)


def _read(notes: list[int], first: datetime) -> dict[int, tuple[int, int]]:
    files = behavior.lake(since=first.date()).files
    if not files or not notes:
        return {}
    listed = "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in files) + "]"
    with duckdb.connect(config={"threads": "1", "memory_limit": "512MB"}) as engine:
        rows = engine.execute(_VIEWS.format(files=listed), [notes]).fetchall()
    return {int(note): (int(views), int(viewers)) for note, views, viewers in rows}

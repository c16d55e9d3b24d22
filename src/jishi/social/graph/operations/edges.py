"""Bringing in follows of another system: millions of lines by COPY, chunk by chunk, resumable.

A chunk is one transaction: its lines, the counts they change and how far the file was read. What was imported
before is skipped, so a file can be read again at any time.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.social.graph.contracts import EdgeImport as EdgeImportView
from jishi.social.graph.contracts import Pairs, PersonPair
from jishi.social.graph.errors import EdgesUnreadable
from jishi.social.graph.models import EdgeImport

CHUNK = 250_000
PATIENCE = "SET LOCAL statement_timeout = '15min'"  # pages need a limit; a chunk on a busy machine does not
HEADERS = {("follower", "followee"), ("from", "to"), ("source", "target"), ("user", "friend")}
KEYS = {
    "code": ("f.code = i.a", "t.code = i.b"),
    "email": ("f.email = lower(i.a)", "t.email = lower(i.b)"),
    "id": ("f.id = i.a::bigint", "t.id = i.b::bigint"),
}

_STAGE = "CREATE TEMPORARY TABLE graph_incoming (a text NOT NULL, b text NOT NULL) ON COMMIT DROP"
_RESOLVE = """
CREATE TEMPORARY TABLE graph_named ON COMMIT DROP AS
SELECT f.id AS follower_id, t.id AS followee_id FROM graph_incoming i
JOIN accounts_user f ON {follower} JOIN accounts_user t ON {followee}
"""
# Whoever follows or blocks at this moment takes the same locks in the same order.
_OPEN = """
INSERT INTO graph_profile (person_id)
SELECT id FROM (SELECT follower_id AS id FROM graph_named UNION SELECT followee_id FROM graph_named) AS met
ORDER BY id ON CONFLICT DO NOTHING
"""
_LOCK = """
WITH met AS (SELECT follower_id AS id FROM graph_named UNION SELECT followee_id FROM graph_named)
SELECT count(*) FROM (
    SELECT 1 FROM graph_profile WHERE person_id IN (SELECT id FROM met) ORDER BY person_id FOR UPDATE
) AS locked
"""
# In the order of the primary key, so that a chunk visits each page of a large index once.
_INSERT = """
WITH added AS (
    INSERT INTO graph_follow (follower_id, followee_id, state, created_at)
    SELECT DISTINCT n.follower_id, n.followee_id, 'active', %(at)s::timestamptz FROM graph_named n
    WHERE n.follower_id <> n.followee_id AND NOT EXISTS (
        SELECT 1 FROM graph_block x WHERE (x.blocker_id, x.blocked_id) = (n.follower_id, n.followee_id)
            OR (x.blocker_id, x.blocked_id) = (n.followee_id, n.follower_id))
    ORDER BY n.follower_id, n.followee_id
    ON CONFLICT DO NOTHING RETURNING follower_id, followee_id
), changed AS (
    SELECT id, sum(out)::int AS following, sum(inn)::int AS followers FROM (
        SELECT follower_id AS id, 1 AS out, 0 AS inn FROM added
        UNION ALL SELECT followee_id, 0, 1 FROM added
    ) AS ends GROUP BY id
), counted AS (
    UPDATE graph_profile p SET following_count = p.following_count + c.following,
        follower_count = p.follower_count + c.followers
    FROM changed c WHERE p.person_id = c.id
)
SELECT count(*) FROM added
"""

Progress = Callable[[int, int], None]


def import_edges(
    *,
    pairs: Pairs | Path,
    by: str = "code",
    progress: Progress | None = None,
    chunk: int = CHUNK,
    at: datetime | None = None,
) -> EdgeImportView:
    """Read follows from pairs or from a file of two columns; a file goes on where an earlier run stopped.

    Imported follows are active, also those of private accounts, and may exceed the limit of a list: they
    were agreed on elsewhere. `by` says how people are named: by code, e-mail address or id.

    :raises EdgesUnreadable: a line does not name two people.
    """
    if by not in KEYS:
        raise InvariantBroken(f"people are not named by {by}")
    now = clock.at_or_now(at)
    digest, total = ("", 0)
    if isinstance(pairs, Path):
        digest, total = _digest(pairs)
    done = EdgeImport.objects.filter(pk=digest).first() if digest else None
    state = done or EdgeImport(digest=digest)
    source = _read(pairs) if isinstance(pairs, Path) else iter(pairs)
    rest = itertools.islice(source, state.lines, None)
    while batch := list(itertools.islice(rest, chunk)):
        with transaction.atomic():
            _load(state, batch, by, now)
            if digest:
                state.updated_at = now
                state.save(force_insert=state._state.adding)
        if progress is not None:
            progress(state.lines, total)
    return EdgeImportView(state.lines, state.added, state.unknown, state.repeated)


def _load(state: EdgeImport, batch: list[PersonPair], by: str, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(_STAGE)
        raw: Any = cursor
        with raw.copy("COPY graph_incoming (a, b) FROM STDIN") as copy:
            copy.write("".join(f"{_escaped(a)}\t{_escaped(b)}\n" for a, b in batch))
        cursor.execute("ANALYZE graph_incoming")
        follower, followee = KEYS[by]
        cursor.execute(_RESOLVE.format(follower=follower, followee=followee))
        named = cursor.rowcount
        cursor.execute("ANALYZE graph_named")
        cursor.execute(_OPEN)
        cursor.execute(_LOCK)
        cursor.execute(_INSERT, {"at": at})
        added = int(cursor.fetchone()[0])
        # A caller's own transaction may hold several chunks.
        cursor.execute("DROP TABLE graph_incoming, graph_named")
    state.lines += len(batch)
    state.added += added
    state.unknown += len(batch) - named
    state.repeated += named - added


def _read(path: Path) -> Iterator[PersonPair]:
    """The pairs of a file; a first line with names of columns is passed over."""
    with path.open(encoding="utf-8-sig", newline=None) as lines:
        number = 0
        for line in lines:
            number += 1
            text = line.strip()
            if not text:
                continue
            first, comma, second = text.partition("," if "," in text else "\t")
            pair = (first.strip().strip('"'), second.strip().strip('"'))
            if not comma or not all(pair) or "," in pair[1]:
                raise EdgesUnreadable(line=number)
            if number == 1 and (pair[0].lower(), pair[1].lower()) in HEADERS:
                continue
            yield pair


def _digest(path: Path) -> tuple[str, int]:
    """The digest of a file and how many lines it has."""
    hasher, lines = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            hasher.update(block)
            lines += block.count(b"\n")
    return hasher.hexdigest(), lines


def _escaped(text: str) -> str:
    """A value of a COPY line; a tab cannot be in it, as it parts the columns."""
    return text.replace("\\", "\\\\").replace("\t", " ")

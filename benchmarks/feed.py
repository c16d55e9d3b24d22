"""`feed`: the following feed of 50,000 people with 10 million follows and a million notes, 30 notes a page.

Readers come in four kinds: average ones, one who follows 2,000 people, ones who follow only quiet accounts,
and ones far down their feed. A sample is compared with a plain join that sorts everything.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import _bulk
import _stage
import numpy as np
import psycopg
from django.db import connection
from django.utils import translation

from jishi.people.accounts import operations as accounts
from jishi.social.feed import queries as feed
from jishi.social.notes import queries as notes

PAGE = 30
_DEFAULTS = """
SELECT column_name, column_default, data_type, is_nullable FROM information_schema.columns
WHERE table_name = %s ORDER BY ordinal_position
"""
# People are copies of one who registered through the operation, so that every column is as it should be.
_PEOPLE = """
INSERT INTO accounts_user ({columns}) SELECT {values} FROM accounts_user u, generate_series(1, %(people)s) g
WHERE u.id = %(model)s
"""
_COPY_FOLLOWS = """
COPY graph_follow (follower_id, followee_id, state, created_at) FROM STDIN (FORMAT binary, FREEZE)
"""
_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END = b"\xff\xff"
_COPY_ROW = np.dtype(
    [("fields", ">i2"), ("l1", ">i4"), ("a", ">i8"), ("l2", ">i4"), ("b", ">i8"), ("l3", ">i4"),
     ("state", "S6"), ("l4", ">i4"), ("at", ">i8")]
)  # fmt: skip
EPOCH_S = 946_684_800
"""PostgreSQL counts microseconds from the beginning of 2000."""
_WIDE = """
INSERT INTO graph_follow (follower_id, followee_id, state, created_at)
SELECT %(reader)s, id, 'active', now() FROM generate_series(%(first)s, %(first)s + 1999) id
"""
_STILL = """
INSERT INTO graph_follow (follower_id, followee_id, state, created_at)
SELECT reader, id, 'active', now() FROM unnest(%(still)s::bigint[]) reader CROSS JOIN LATERAL (
    SELECT id FROM accounts_user WHERE id >= %(quiet)s AND id <> reader
    ORDER BY random() + 0 * reader LIMIT 200
) quiet
"""
_PROFILES = """
INSERT INTO graph_profile (person_id, follower_count, following_count)
SELECT u.id, coalesce(a.n, 0), coalesce(b.n, 0) FROM accounts_user u
LEFT JOIN (SELECT followee_id AS id, count(*) AS n FROM graph_follow GROUP BY 1) a ON a.id = u.id
LEFT JOIN (SELECT follower_id AS id, count(*) AS n FROM graph_follow GROUP BY 1) b ON b.id = u.id
ON CONFLICT (person_id) DO UPDATE SET follower_count = excluded.follower_count,
    following_count = excluded.following_count
"""
_NOTES = """
INSERT INTO notes_note (code, author_id, form, title, text, details, state, state_before, reason, reason_note,
    visibility, audience_kind, audience_key, place, is_sponsored, sponsor, pictures, language, published_no,
    published_at, created_at, revision, like_count, comment_count, favourite_count, repost_count, quality)
SELECT lpad(to_hex(g), 12, 'n'), a.id, 'plain', 'Note ' || g, repeat('words of a note ', 12), '{}',
    'published', '', '', '', CASE WHEN a.chance < 0.9 THEN 'public' WHEN a.chance < 0.97 THEN 'followers'
    ELSE 'friends' END, '', '', '', false, '', '[]', 'en', nextval('notes_published_no'),
    now() - interval '1 second' * (%(notes)s - g), now(), 0, 0, 0, 0, 0, 0.5
FROM generate_series(1, %(notes)s) g
CROSS JOIN LATERAL (SELECT random() AS chance, g AS of) d
CROSS JOIN LATERAL (SELECT %(first)s + (power(random(), 2.5) * (%(active)s - 1) + 0 * d.of)::int AS id,
    d.chance AS chance) a
"""
"""The last tenth of the people is quiet: they have written nothing but their very first note."""
_QUIET = """
INSERT INTO notes_note (code, author_id, form, title, text, details, state, state_before, reason, reason_note,
    visibility, audience_kind, audience_key, place, is_sponsored, sponsor, pictures, language, published_no,
    published_at, created_at, revision, like_count, comment_count, favourite_count, repost_count, quality)
SELECT lpad(to_hex(u.id), 12, 'q'), u.id, 'plain', 'First', 'hello', '{}', 'published', '', '', '',
    'public',
    '', '', '', false, '', '[]', 'en', nextval('notes_published_no'), now() - interval '400 days',
    now() - interval '400 days', 0, 0, 0, 0, 0, 0.5
FROM accounts_user u WHERE u.id >= %(quiet)s ORDER BY u.id
"""
_NAIVE = """
SELECT n.id FROM notes_note n
WHERE n.state = 'published' AND (n.author_id = %(viewer)s OR n.author_id IN (
    SELECT followee_id FROM graph_follow WHERE follower_id = %(viewer)s AND state = 'active'))
AND (n.author_id = %(viewer)s OR n.visibility IN ('public', 'followers') OR n.visibility = 'friends' AND
    EXISTS (SELECT 1 FROM graph_follow b WHERE b.follower_id = n.author_id AND b.followee_id = %(viewer)s
            AND b.state = 'active'))
ORDER BY n.published_no DESC LIMIT %(limit)s
"""


class World:
    """The people of the benchmark; those with low numbers are followed by many, the last ones are quiet."""

    def __init__(self, *, people: int, edges: int, note_count: int) -> None:
        self.people = people
        model = accounts.register(email="model@bench.jishi.local", nickname="Model").id
        with _bulk.owner() as owner:
            _copy_people(owner, model, people)
            row = owner.execute("SELECT min(id) FROM accounts_user WHERE id > %s", [model]).fetchone()
            self.first = int(row[0]) if row else 0
            self.active = people * 9 // 10
            self.quiet = self.first + self.active
            # A reader of two thousand people and twenty who follow quiet accounts only.
            last = self.first + people - 1
            self.wide, self.still = last, list(range(last - 20, last))
            every = {"first": self.first, "people": people, "active": self.active, "quiet": self.quiet}
            with _bulk.bare(owner, "notes_note"):
                owner.execute(_QUIET, every)
                owner.execute(_NOTES, {**every, "notes": note_count})
            special = {"reader": self.wide, "still": self.still}
            with _bulk.bare(owner, "graph_follow"):
                _copy_follows(
                    owner, first=self.first, people=people, edges=edges, but=[self.wide, *self.still]
                )
                owner.execute(_WIDE, {**every, **special})
                owner.execute(_STILL, {**every, **special})
            owner.execute(_PROFILES)
            owner.execute("VACUUM ANALYZE accounts_user, graph_profile")


def _copy_follows(owner: psycopg.Connection, *, first: int, people: int, edges: int, but: list[int]) -> None:
    """Draw pairs of people and copy them in the order of their days, the last hundred.

    Popular accounts have low numbers: a follow falls on one with the square of an even draw.
    """
    dice = np.random.default_rng(7)
    draws = int(edges * 1.1) + 1000  # some repeat others
    a = dice.integers(0, people, draws)
    b = (dice.random(draws) ** 2 * people).astype(np.int64)
    pairs = np.unique((a * people + b)[(a != b) & ~np.isin(a + first, but)])
    pairs = dice.permutation(pairs)[:edges]
    now = int((time.time() - EPOCH_S) * 1e6)
    at = np.sort(now - dice.integers(0, 100 * 86_400 * 10**6, len(pairs)))
    owner.execute("BEGIN")
    owner.execute("TRUNCATE graph_follow")  # in one transaction, so that the rows come in frozen
    with owner.cursor() as cursor, cursor.copy(_COPY_FOLLOWS) as copy:
        copy.write(_COPY_HEAD)
        for start in range(0, len(pairs), 250_000):
            some = pairs[start : start + 250_000]
            rows = np.empty(len(some), _COPY_ROW)
            rows["fields"], rows["l1"], rows["l2"], rows["l3"], rows["l4"] = 4, 8, 8, 6, 8
            rows["a"], rows["b"] = some // people + first, some % people + first
            rows["state"], rows["at"] = b"active", at[start : start + 250_000]
            copy.write(rows.tobytes())
        copy.write(_COPY_END)
    owner.execute("COMMIT")


def _copy_people(owner: psycopg.Connection, model: int, people: int) -> None:
    names = [row[0] for row in owner.execute(_DEFAULTS, ["accounts_user"]) if row[0] != "id"]
    own = {
        "code": "lpad(to_hex(g), 12, 'p')",
        "nickname": "'Person ' || g",
        "email": "'p' || g || '@bench.jishi.local'",
        "username": "'p' || g",
        "phone": "NULL",
    }
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(own.get(name, f'u."{name}"') for name in names)
    owner.execute(_PEOPLE.format(columns=columns, values=values), {"people": people, "model": model})


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def run(*, people: int, edges: int, note_count: int, requests: int, seed: int) -> dict[str, Any]:
    """Make the world, read pages, compare a sample."""
    dice = random.Random(seed)
    began = time.perf_counter()
    world = World(people=people, edges=edges, note_count=note_count)
    made_s = time.perf_counter() - began
    readers = [dice.randrange(world.first, world.quiet) for _ in range(requests)]
    for reader in readers[:50]:
        feed.page_following(viewer_id=reader, limit=PAGE)
    spent = _stage._backend_cpu_s(), time.process_time()
    usual = _times(lambda reader: feed.page_following(viewer_id=reader, limit=PAGE), readers)
    database_ms = (_stage._backend_cpu_s() - spent[0]) * 1000 / len(readers)
    own_ms = (time.process_time() - spent[1]) * 1000 / len(readers)
    cursors = [(one, feed.page_following(viewer_id=one, limit=PAGE).next_cursor) for one in readers[:400]]
    deeper = _times(lambda at: feed.page_following(viewer_id=at[0], cursor=at[1], limit=PAGE), cursors)
    wide = _times(lambda reader: feed.page_following(viewer_id=reader, limit=PAGE), [world.wide] * 100)
    still = _times(lambda reader: feed.page_following(viewer_id=reader, limit=PAGE), world.still * 10)
    figures = {
        "p50_ms": _at(usual, 0.5),
        "p99_ms": _at(usual, 0.99),
        "database_cpu_ms": round(database_ms, 2),
        "own_cpu_ms": round(own_ms, 2),
        "second_page_p99_ms": _at(deeper, 0.99),
        "of_2000_followed_p50_ms": _at(wide, 0.5),
        "of_quiet_accounts_p50_ms": _at(still, 0.5),
        **_cards(readers[:300]),
        "people": people,
        "follows": _one("SELECT count(*) FROM graph_follow"),
        "notes": _one("SELECT count(*) FROM notes_note"),
        "made_in_s": round(made_s, 1),
        "load": round(os.getloadavg()[0], 1),
    }
    sample = [*dice.sample(readers, 12), world.wide, *world.still[:2]]
    return {
        "benchmark": "feed",
        "figures": figures,
        "checks": {"wrong_rows": sum(_wrong(reader) for reader in sample)},
    }


def _cards(readers: list[int]) -> dict[str, float]:
    """A page with everything its cards show, in two statements more."""

    def read(reader: int) -> None:
        page = feed.page_following(viewer_id=reader, limit=PAGE)
        notes.list_cards(page.ids("note"), viewer_id=reader, language="en")

    with translation.override("en"):
        taken = _times(read, readers)
    return {"with_cards_p50_ms": _at(taken, 0.5), "with_cards_p99_ms": _at(taken, 0.99)}


def _wrong(reader: int) -> int:
    """How many places of two pages differ from the plain join."""
    first = feed.page_following(viewer_id=reader, limit=PAGE)
    found = first.ids("note")
    if first.next_cursor:
        found += feed.page_following(viewer_id=reader, cursor=first.next_cursor, limit=PAGE).ids("note")
    with connection.cursor() as cursor:
        cursor.execute(_NAIVE, {"viewer": reader, "limit": 2 * PAGE})
        wanted = [row[0] for row in cursor.fetchall()]
    return sum(one != other for one, other in zip(found, wanted, strict=False)) + abs(
        len(found) - len(wanted)
    )


def _times(read: Callable[[Any], Any], wanted: Sequence[Any]) -> list[float]:
    """Milliseconds of each call, sorted."""
    taken = []
    for one in wanted:
        start = time.perf_counter()
        read(one)
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def _at(taken: list[float], share: float) -> float:
    return round(taken[min(len(taken) - 1, int(len(taken) * share))], 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the last line is the result as JSON."""
    parser = argparse.ArgumentParser(prog="jishi bench feed", description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--edges", type=int, default=10_000_000)
    parser.add_argument("--notes", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print nothing but the result")
    options = parser.parse_args(arguments)
    result = run(
        people=options.people,
        edges=options.edges,
        note_count=options.notes,
        requests=options.requests,
        seed=options.seed,
    )
    if not options.json:
        for name, figure in {**result["figures"], **result["checks"]}.items():
            print(f"{name:28} {figure:>14,}")
    print(json.dumps(result))
    return 1 if any(result["checks"].values()) else 0

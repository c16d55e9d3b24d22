"""Bringing in follows: by file and by pairs, in chunks, again, and after a run that was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from tests.factories import trade
from tests.social.graph.test_follows import drifted

from jishi.people.accounts import queries as accounts
from jishi.social.graph import operations as graph
from jishi.social.graph import queries
from jishi.social.graph.contracts import EdgeImport
from jishi.social.graph.errors import EdgesUnreadable
from jishi.social.graph.models import Follow

pytestmark = pytest.mark.django_db


def circle(count: int) -> tuple[list[int], list[tuple[str, str]]]:
    """People of whom everyone follows the next two; returns their ids and the pairs of codes."""
    ids = [trade.buyer().id for _ in range(count)]
    codes = [accounts.get_person(one).code for one in ids]
    pairs = [(codes[n], codes[(n + step) % count]) for n in range(count) for step in (1, 2)]
    return ids, pairs


def written(folder: Path, pairs: list[tuple[str, str]], *, header: str = "follower,followee") -> Path:
    file = folder / "edges.csv"
    file.write_text("\n".join([header, *(f"{a},{b}" for a, b in pairs)]) + "\n")
    return file


def test_a_file_is_read_in_chunks_and_counted(tmp_path: Path) -> None:
    ids, pairs = circle(7)
    seen: list[int] = []

    result = graph.import_edges(
        pairs=written(tmp_path, pairs), chunk=3, progress=lambda done, total: seen.append(done)
    )

    assert result == EdgeImport(lines=14, added=14, unknown=0, repeated=0)
    assert seen == [3, 6, 9, 12, 14]
    assert sorted(queries.list_following_ids(ids[0])) == sorted([ids[1], ids[2]])
    assert drifted() == []


def test_reading_it_again_adds_nothing(tmp_path: Path) -> None:
    _, pairs = circle(5)
    file = written(tmp_path, pairs)
    first = graph.import_edges(pairs=file, chunk=4)

    again = graph.import_edges(pairs=file, chunk=4)
    other = graph.import_edges(pairs=list(pairs))

    assert again == first
    assert other == EdgeImport(lines=10, added=0, unknown=0, repeated=10)
    assert Follow.objects.count() == 10 and drifted() == []


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    _, pairs = circle(6)
    file = written(tmp_path, pairs)

    def pull_the_plug(done: int, total: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graph.import_edges(pairs=file, chunk=4, progress=pull_the_plug)
    assert Follow.objects.count() == 8 and drifted() == []
    seen: list[int] = []
    result = graph.import_edges(pairs=file, chunk=4, progress=lambda done, total: seen.append(done))

    assert seen == [12]
    assert result == EdgeImport(lines=12, added=12, unknown=0, repeated=0)
    assert Follow.objects.count() == 12 and drifted() == []


def test_lines_that_may_not_be_are_left_out_and_told(tmp_path: Path) -> None:
    ids, pairs = circle(3)
    graph.block(person_id=ids[0], other_id=ids[1])
    codes = [accounts.get_person(one).code for one in ids]
    extra = [(codes[0], codes[0]), pairs[-1], (codes[0], "nobody-at-all")]

    result = graph.import_edges(pairs=[*pairs, *extra])

    blocked = [pair for pair in pairs if set(pair) == {codes[0], codes[1]}]
    assert result == EdgeImport(lines=9, added=6 - len(blocked), unknown=1, repeated=2 + len(blocked))
    assert not queries.relation(ids[0], ids[1]).follows and drifted() == []


def test_people_named_by_address_or_number(tmp_path: Path) -> None:
    ids, _ = circle(3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_user WHERE id = ANY(%s) ORDER BY id", [ids])
        mails = [row[0] for row in cursor.fetchall()]

    by_mail = graph.import_edges(pairs=[(mails[0].upper(), mails[1])], by="email")
    by_id = graph.import_edges(pairs=[(str(ids[1]), str(ids[2]))], by="id")

    assert (by_mail.added, by_id.added) == (1, 1)
    assert queries.relation(ids[0], ids[1]).follows and queries.relation(ids[1], ids[2]).follows


def test_a_line_without_two_names_stops_before_anything_of_its_chunk(tmp_path: Path) -> None:
    _, pairs = circle(3)
    file = tmp_path / "edges.csv"
    file.write_text("\n".join([*(f"{a}\t{b}" for a, b in pairs), "only-one"]))

    with pytest.raises(EdgesUnreadable) as told:
        graph.import_edges(pairs=file)

    assert told.value.fields["line"] == 7
    assert Follow.objects.count() == 0

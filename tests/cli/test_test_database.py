"""The throw-away database behaves as the real one: roles, append-only tables, clean slates, real races."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

from jishi.kernel import schema


@pytest.mark.django_db
def test_tests_speak_as_the_serving_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, usesuper FROM pg_user WHERE usename = current_user")
        assert cursor.fetchone() == ("jishi_app", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_mon_012_append_only_tables_refuse_the_serving_role(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(schema.APPEND_ONLY_TABLES)
        tables = [row[0] for row in cursor.fetchall()]
    assert tables

    for table in tables:
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as direct:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                direct.execute(statement.format(table))


def test_race_runs_at_once_and_returns_every_outcome(race: Callable[..., list[Any]]) -> None:
    def work(number: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid: int = cursor.fetchone()[0]
        if number == 2:
            raise ValueError("third")
        return pid

    outcomes = race(4, work)

    assert isinstance(outcomes.pop(2), ValueError)
    assert len(set(outcomes)) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_row_does_not_survive_its_test(turn: int) -> None:
    from django.contrib.contenttypes.models import ContentType

    assert not ContentType.objects.filter(app_label="left_over").exists()
    before = ContentType.objects.count()

    ContentType.objects.create(app_label="left_over", model="x")

    assert ContentType.objects.count() == before + 1

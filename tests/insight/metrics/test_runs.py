"""Questions are asked once, answered by the heavy work, kept, and thrown away; views and boards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.factories import jotted, trade

from jishi.insight.behavior import operations as behavior
from jishi.insight.metrics import operations as metrics
from jishi.insight.metrics import privacy, queries
from jishi.insight.metrics.errors import BoardMissing, CellInvalid, MetricUnknown, NameMissing, NameTaken
from jishi.insight.metrics.models import Run
from jishi.kernel import clock
from jishi.kernel.outbox import relay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake_root(tmp_path: Path, settings: Any) -> None:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"


def ask(**extra: Any) -> str:
    return metrics.ask(metric="trend", params={}, person_id=None, **extra)


def test_a_question_is_asked_once_and_answered_once() -> None:
    first, second = ask(), ask()

    assert first == second
    assert metrics.compute_due() == 1
    assert metrics.compute_due() == 0
    run = queries.find_run(first)
    assert run is not None and run.is_ready
    assert run.result is not None and run.result.columns == ("bucket", "part", "times", "people")
    assert ask() == first


def test_an_answer_is_used_again_while_the_data_is_the_same() -> None:
    code = ask()
    metrics.compute_due()
    later = clock.now() + timedelta(minutes=10)

    assert ask(at=later) == code
    Run.objects.filter(code=code).update(version="of other files")
    assert ask(at=later) != code


def test_another_question_has_another_run() -> None:
    assert ask() != metrics.ask(metric="trend", params={"kind": "searched"}, person_id=None)
    with pytest.raises(MetricUnknown):
        metrics.ask(metric="nothing", params={}, person_id=None)
    with pytest.raises(CellInvalid):
        ask(section="people", cell={"bucket": 1})
    with pytest.raises(CellInvalid):
        ask(section="secrets", cell={"bucket": 1, "part": ""})


def test_a_run_whose_worker_died_is_taken_over_and_given_up_in_the_end() -> None:
    code, now = ask(), clock.now()
    for attempt in range(1, metrics.ATTEMPTS + 1):
        claimed = metrics._claim(now + attempt * 2 * metrics.LEASE)
        assert claimed is not None and claimed.attempts == attempt

    assert metrics._claim(now + 20 * metrics.LEASE) is None
    run = queries.find_run(code)
    assert run is not None and (run.state, run.error) == ("failed", "lost")


def test_a_failure_is_told_and_the_question_can_be_asked_again(settings: Any) -> None:
    settings.JISHI_METRICS_MEMORY = "nonsense"
    code = ask()

    metrics.compute_due()

    run = queries.find_run(code)
    assert run is not None and run.state == "failed" and run.error
    assert ask() != code


@pytest.mark.django_db(transaction=True)
def test_con_101_many_ask_the_same_at_once(race: Callable[..., list[Any]]) -> None:
    codes = race(6, lambda: ask())

    assert len(set(codes)) == 1
    assert Run.objects.count() == 1


def test_views_and_boards_keep_their_order_and_names() -> None:
    person = jotted.person()
    one = metrics.save_view(name=" GMV  today ", metric="gmv", params={"since": "-6"}, person_id=person)
    two = metrics.save_view(name="Trend", metric="trend", params={}, person_id=person)
    board = metrics.save_board(name="Morning", person_id=person)
    for view in (two, one, two):
        metrics.place(board_code=board, view_code=view)

    assert [view.name for view in queries.get_board(board).views] == ["Trend", "GMV today"]
    assert queries.get_view(one).params == {"since": "-6"}
    with pytest.raises(NameTaken):
        metrics.save_view(name="Trend", metric="gmv", params={}, person_id=person)
    with pytest.raises(NameMissing):
        metrics.save_board(name="  ", person_id=person)
    metrics.take_off(board_code=board, view_code=two)
    metrics.delete_view(code=one)
    assert queries.get_board(board).views == ()
    metrics.delete_board(code=board)
    with pytest.raises(BoardMissing):
        queries.get_board(board)


def test_prv_forgetting_a_person_severs_and_throws_lists_away() -> None:
    person = jotted.person()
    metrics.save_board(name="Mine", person_id=person)
    kept = metrics.ask(metric="trend", params={}, person_id=person)
    cell = {"bucket": 20_500, "part": ""}
    gone = [
        metrics.ask(metric="trend", params={}, person_id=person, section="people", cell=cell),
        metrics.ask(metric="attribution", params={}, person_id=person),
    ]
    assert privacy.export_person(person_id=person)["boards"] == ["Mine"]

    privacy.erase_person(person_id=person, at=clock.now())

    assert privacy.export_person(person_id=person) == {"views": [], "boards": []}
    assert queries.find_run(kept) is not None
    assert [queries.find_run(code) for code in gone] == [None, None]
    assert metrics.forget_old(clock.now() + timedelta(days=8)) == 1


def test_dat_money_of_the_lake_equals_plain_sql_over_the_orders() -> None:
    """Facts of real orders go through the outbox, the inbox and a file, and the metric adds up the same
    money.
    """
    scene = trade.scene(price=2590)
    at = clock.now() - timedelta(minutes=30)
    for number in range(4):
        buyer = scene.buyer if number % 2 else trade.buyer()
        placed = trade.place(buyer, (scene.variant_id, number + 1), at=at)
        if number != 3:
            trade.pay(placed, at=at + timedelta(minutes=1))
    relay.drain()
    while behavior.compact().batches:
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT buyer_id), count(*), sum(total_minor) FROM orders_order"
            " WHERE paid_at IS NOT NULL AND currency = 'CNY'"
        )
        plain = cursor.fetchone()

    question = metrics.check(metric="gmv", params={"grain": "total", "since": "-2"})
    result, events = metrics.compute(question)

    (row,) = result.as_dicts()
    assert events > 0
    assert (row["people"], row["orders"], row["gmv_minor"]) == (plain[0], plain[1], int(plain[2]))
    assert plain[1] == 3

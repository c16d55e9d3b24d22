"""Imports by a worker: once, whole or not at all, seen and stopped from outside, whoever dies meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction
from tests import cluster as throw_away
from tests.goods.catalog.conftest import *  # noqa: F403 - the shop

from jishi.cli.postgres import SUPERUSER
from jishi.goods.catalog.errors import CsvEmpty, CsvTooLarge, ImportRefused, MappingUnconfirmed
from jishi.goods.catalog.models import Product
from jishi.goods.imports import operations as imports
from jishi.goods.imports import privacy, queries
from jishi.goods.imports.contracts import MAX_BYTES
from jishi.goods.imports.errors import ImportEnded, ImportRunning, ImportUnknown
from jishi.goods.imports.models import File, Import
from jishi.goods.merchants.models import ShopStaff
from jishi.kernel import audit, clock, locks

HEAD = "Handle,Title,Variant Price,Variant Inventory Qty\n"
GOOD = (HEAD + "tea,云雾茶,12.50,5\ncake,柿饼,8,3\n").encode()
BAD = (HEAD + "tea,云雾茶,twelve,5\n").encode()
OTHER = "编号,品名,售价\nk1,柿饼,12\n".encode()


@pytest.fixture
def owner(shop: Any) -> int:
    return ShopStaff.objects.get(shop_id=shop.id).person_id


def work() -> int:
    return imports.work_due(clock.database_now())


def bring(shop: Any, owner: int, data: bytes = GOOD, **more: Any) -> str:
    code = imports.upload(shop_id=shop.id, by_id=owner, data=data, name="goods.csv", **more).code
    work()
    return code


def seen(shop: Any, code: str) -> Any:
    return queries.get_import(shop_id=shop.id, code=code)


@pytest.mark.django_db
def test_a_file_is_checked_asked_about_and_imported_once(shop: Any, owner: int) -> None:
    code = bring(shop, owner)
    ready = seen(shop, code)
    assert (ready.state, ready.figures.created, ready.figures.prices, ready.has_file) == ("ready", 2, 2, True)
    assert not Product.objects.exists()

    for _ in range(2):
        imports.apply(shop_id=shop.id, code=code, by_id=owner)
    assert [work(), work()] == [1, 0]
    imports.apply(shop_id=shop.id, code=code, by_id=owner)

    done = seen(shop, code)
    assert (work(), done.state, done.figures.created, done.phase) == (0, "done", 2, "")
    assert Product.objects.filter(shop_id=shop.id).count() == 2
    (entry,) = audit.list_entries(action="goods.import")
    assert entry.actor_id == owner and entry.detail == {"created": 2, "updated": 0, "prices": 2, "stock": 2}
    with pytest.raises(ImportEnded):
        imports.cancel(shop_id=shop.id, code=code, by_id=owner)
    again = bring(shop, owner, goes_on=True)
    work()
    assert again != code
    assert (seen(shop, again).figures.changes, seen(shop, again).figures.unchanged) == (0, 2)


@pytest.mark.django_db
def test_what_stands_in_the_way_is_kept_row_by_row(shop: Any, owner: int) -> None:
    code = bring(shop, owner, BAD, goes_on=True)
    stopped = seen(shop, code)
    assert (stopped.state, [(i.row, i.code) for i in stopped.issues if i.level == "error"]) == (
        "stopped", [(2, "price_unreadable")],
    )  # fmt: skip
    with pytest.raises(ImportRefused):
        imports.apply(shop_id=shop.id, code=code, by_id=owner)

    other = bring(shop, owner, OTHER)
    assert seen(shop, code).state == "cancelled" and not seen(shop, code).has_file
    with pytest.raises(MappingUnconfirmed):
        imports.apply(shop_id=shop.id, code=other, by_id=owner)
    columns = {"编号": "handle", "品名": "title", "售价": "price", "没有": "nonsense"}
    imports.apply(shop_id=shop.id, code=other, by_id=owner, mapping=columns)
    assert [work(), work(), seen(shop, other).state] == [1, 1, "done"]

    unreadable = bring(shop, owner, b"PK\x03\x04\x14\x00")
    assert (seen(shop, unreadable).state, "CSV" in seen(shop, unreadable).refusal) == ("stopped", True)
    for data, error in ((b"", CsvEmpty), (b"x" * (MAX_BYTES + 1), CsvTooLarge)):
        with pytest.raises(error):
            imports.upload(shop_id=shop.id, by_id=owner, data=data)
    with pytest.raises(ImportUnknown):
        queries.get_import(shop_id=shop.id + 1, code=other)


@pytest.mark.django_db
def test_goods_that_changed_after_the_dry_run_are_shown_again(shop: Any, owner: int) -> None:
    code = bring(shop, owner)
    imports.apply(shop_id=shop.id, code=code, by_id=owner)
    File.objects.filter(of__code=code).update(data=BAD)

    assert [work(), work()] == [1, 1]

    assert seen(shop, code).state == "stopped" and not Product.objects.exists()


@pytest.mark.django_db
def test_files_go_after_days_and_names_with_their_person(shop: Any, owner: int) -> None:
    done, now = bring(shop, owner, goes_on=True), clock.now()
    work()
    waits = bring(shop, owner, BAD)
    assert imports.forget_due(now + timedelta(days=2)) == 0
    privacy.erase_person(person_id=owner, at=now)
    assert not seen(shop, done).has_file and seen(shop, done).name == ""

    imports.forget_due(now + timedelta(days=4))

    assert seen(shop, waits).state == "cancelled" and not File.objects.exists()
    imports.forget_due(now + timedelta(days=91))
    assert not Import.objects.exists()


@contextmanager
def held_goods(shop: Any) -> Iterator[None]:
    """Keep the shop's goods locked, so that whoever writes them waits in the middle of it."""
    with transaction.atomic():
        locks.advisory("catalog.products", shop.id)
        yield


@contextmanager
def working(is_there: Callable[[], bool]) -> Iterator[None]:
    """A worker in another thread, which has come as far as ``is_there`` says."""

    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    for _ in range(200):
        if is_there():
            break
        time.sleep(0.02)
    yield
    thread.join(20)
    assert not thread.is_alive()


def waiting(owner_connection: psycopg.Connection) -> list[int]:
    """The backends that wait for the goods."""
    rows = owner_connection.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    ).fetchall()
    return [row[0] for row in rows]


def test_a_worker_that_dies_leaves_nothing_and_the_next_one_begins_anew(
    shop: Any, owner: int, owner_connection: psycopg.Connection, transactional_db: None
) -> None:
    code = bring(shop, owner)
    imports.apply(shop_id=shop.id, code=code, by_id=owner)

    with held_goods(shop):
        with working(lambda: bool(waiting(owner_connection))):
            assert seen(shop, code).phase in ("reading", "comparing")
            assert imports.work_due(clock.now() + timedelta(seconds=6)) == 0  # somebody is at it
            with pytest.raises(ImportRunning):
                imports.upload(shop_id=shop.id, by_id=owner, data=BAD)
            with throw_away.cluster.connect(SUPERUSER, throw_away.DATABASE) as server:
                for pid in waiting(owner_connection):
                    server.execute("SELECT pg_terminate_backend(%s)", [pid])

    left = Import.objects.get(code=code)
    assert (left.state, left.phase, left.tries, Product.objects.count()) == ("asked", "", 1, 0)
    assert (work(), imports.work_due(clock.now() + timedelta(seconds=6))) == (0, 1)
    assert (seen(shop, code).state, Product.objects.count()) == ("done", 2)
    assert len(audit.list_entries(action="goods.import")) == 1


def test_a_cancelled_import_stops_in_the_middle_and_takes_everything_back(
    shop: Any, owner: int, owner_connection: psycopg.Connection, transactional_db: None
) -> None:
    code = bring(shop, owner)
    imports.apply(shop_id=shop.id, code=code, by_id=owner)

    with ExitStack() as stack:
        with held_goods(shop):
            stack.enter_context(working(lambda: bool(waiting(owner_connection))))
            assert imports.cancel(shop_id=shop.id, code=code, by_id=owner).is_cancelling

    assert (seen(shop, code).state, Product.objects.count(), File.objects.count()) == ("cancelled", 0, 0)
    assert imports.cancel(shop_id=shop.id, code=code, by_id=owner).state == "cancelled"
    assert len(audit.list_entries(action="goods.import_cancel")) == 1


def test_many_workers_import_a_file_once(
    shop: Any, owner: int, race: Callable[..., list[Any]], transactional_db: None
) -> None:
    code = bring(shop, owner)
    imports.apply(shop_id=shop.id, code=code, by_id=owner)

    race(3, work)

    assert seen(shop, code).state == "done"
    assert len(audit.list_entries(action="goods.import")) == 1
    Import.objects.update(state="waiting", due_at=clock.database_now(), ended_at=None, tries=3)
    work()
    assert seen(shop, code).state == "failed"

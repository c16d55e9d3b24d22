"""Portraits: what they say, when they follow, and what their owners may say about it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from tests.insight.portraits import world
from tests.insight.portraits.world import NOW

from jishi.insight.behavior import queries as lake
from jishi.insight.portraits import errors, queries, rollup
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits import privacy as portrait_privacy
from jishi.insight.portraits.models import Portrait, Rollup, TagHistory, Touch
from jishi.insight.portraits.operations import rebuilding

pytestmark = pytest.mark.django_db


def tags(person_id: int) -> dict[str, Any]:
    row = Portrait.objects.filter(pk=person_id).first()
    return row.tags if row else {}


def views(
    who: int, count: int, days: float, category: int | None = None, **more: Any
) -> list[dict[str, Any]]:
    start = world.ago(days)
    return [
        world.event(
            who, "product_viewed", start + timedelta(seconds=20 * n), product_id=1, category_id=category,
            session_id=f"s{days}", **more,
        )
        for n in range(count)
    ]  # fmt: skip


def test_events_of_the_lake_become_tags_within_one_refresh() -> None:
    who, other = world.person(), world.person()
    hats, shoes = world.category("hats"), world.category("shoes")
    world.put(
        [
            *views(who, 4, 0.1, hats), *views(who, 6, 3, shoes), *views(who, 2, 40, hats, device="desk"),
            world.event(who, "cart_added", world.ago(3), product_id=1, category_id=hats),
            *views(other, 1, 200),
        ]
    )  # fmt: skip

    done = portraits.refresh_touched(at=NOW)

    found = tags(who)
    assert (done.people, done.days) == (2, 3)
    assert (found["views_30"], found["active_days_30"], found["active_days_7"]) == (10, 2, 2)
    assert (found["sittings_30"], found["cart_adds_30"], found["last_seen_days"]) == (2, 1, 0)
    assert found["categories"] == ["hats", "shoes"]  # 4 + 2 looked at and 3 for the cart, against 6
    assert found["device"] == "phone"
    assert found["fav_category_share"] == 60
    assert tags(other)["activity"] == "gone"
    assert lake.list_dirty() == ()


def test_a_late_event_changes_only_its_day() -> None:
    who, other = world.person(), world.person()
    world.put([*views(who, 4, 2), *views(other, 3, 2), *views(who, 1, 0)])
    portraits.refresh_touched(at=NOW)
    world.put(views(who, 2, 2.01))

    done = portraits.refresh_touched(at=NOW)

    assert (done.people, done.days) == (1, 1)
    assert (tags(who)["views_30"], tags(other)["views_30"]) == (7, 3)


def test_a_refresh_and_a_rebuild_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [world.person() for _ in range(4)]
    ware = world.ware(kind="hats")
    for number, who in enumerate(people):
        world.put([*views(who, number + 1, 1), *views(who, 2, 35 + number)])
        world.order(who, ware, number * 20)
    portraits.rebuild(at=NOW)
    before = dict(Portrait.objects.values_list("pk", "tags"))

    for who in people:
        portraits.touch(person_id=who)
    portraits.refresh_touched(at=NOW)
    refreshed = dict(Portrait.objects.values_list("pk", "tags"))
    scratched = []
    for at_once in (rollup.AT_ONCE, 2, 3):  # in one range, in ranges without a rest, and with one
        monkeypatch.setattr(rollup, "AT_ONCE", at_once)
        portraits.rebuild(from_scratch=True, at=NOW)
        scratched.append(dict(Portrait.objects.values_list("pk", "tags")))

    assert [before, refreshed, *scratched] == [before] * 5
    assert len(before) == 4 and all(one["views_30"] for one in before.values())


def test_days_that_are_over_are_joined_and_old_files_go(django_capture_on_commit_callbacks: Any) -> None:
    who = world.person()
    with django_capture_on_commit_callbacks(execute=True):
        world.put([*views(who, 1, 0), *views(who, 1, 1), *views(who, 1, 5), *views(who, 1, 6)])
        portraits.refresh_touched(at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        portraits.rebuild(at=NOW)

    names = set(Rollup.objects.values_list("path", flat=True))
    on_disk = {path.name.split(".")[0] for path in rollup.folder().glob("*/*.parquet")}
    assert len(names) == 3
    assert on_disk == {name.split("/")[1] for name in names}
    assert tags(who)["views_30"] == 4

    # A late event makes a joined file again; it still has the columns of all others.
    world.put(views(who, 1, 5))
    portraits.refresh_touched(at=NOW)
    assert tags(who)["views_30"] == 5


def test_without_consent_only_static_and_contract_facts_remain() -> None:
    who = world.person()
    world.consent(who, True)
    world.order(who, world.ware(brand="tang"), 3)
    world.note(who, "tea")
    world.put(views(who, 4, 1))
    portraits.refresh_touched(at=NOW)
    assert tags(who)["views_30"] == 4
    world.consent(who, False)
    portraits.touch(person_id=who)

    portraits.refresh_touched(at=NOW)

    allowed = {tag.code for tag in queries.list_tags() if tag.basis == "contract"}
    row = Portrait.objects.get(pk=who)
    assert set(row.tags) <= allowed
    assert (row.tags["orders"], row.tags["fav_brand"], row.tags["language"]) == (1, "tang", "zh-hans")
    assert row.events == {}
    assert "topic_counts" not in row.evidence
    assert not queries.get_portrait(who).has_consent


def test_what_the_owner_says_wins_and_stays() -> None:
    who = world.person()
    hats, shoes = world.category("hats"), world.category("shoes")
    world.category("tea")
    world.put([*views(who, 5, 1, hats), *views(who, 4, 1.1, shoes)])
    portraits.refresh_touched(at=NOW)
    assert tags(who)["interests"] == ["category:hats", "category:shoes"]

    portraits.edit_interests(
        person_id=who, add=["category:tea"], remove=["category:hats", "tag:price_band", "tag:device"], at=NOW
    )
    portraits.refresh_touched(at=NOW)
    world.put(views(who, 50, 0.5, hats))
    portraits.refresh_touched(at=NOW)
    portraits.rebuild(at=NOW)

    assert tags(who)["interests"] == ["category:tea", "category:shoes"]
    assert "device" not in tags(who)
    said = queries.list_interests(who)
    assert [(one.key, one.origin) for one in said] == [
        ("category:tea", "yours"),
        ("category:shoes", "inferred"),
    ]
    assert set(queries.get_portrait(who).hidden) == {"category:hats", "tag:device", "tag:price_band"}


def test_a_hidden_tag_comes_back_only_when_its_owner_says_so() -> None:
    who = world.person()
    world.put(views(who, 2, 1))
    portraits.edit_interests(person_id=who, remove=["tag:device"], at=NOW)
    portraits.refresh_touched(at=NOW)
    assert "device" not in tags(who)

    portraits.edit_interests(person_id=who, add=["tag:device"], at=NOW)
    portraits.refresh_touched(at=NOW)

    assert tags(who)["device"] == "phone"


def test_an_interest_in_nothing_is_refused() -> None:
    who = world.person()

    with pytest.raises(errors.InterestUnknown):
        portraits.edit_interests(person_id=who, add=["category:nothing"], at=NOW)

    assert queries.list_interests(who) == ()


def test_changes_are_kept_with_before_and_after() -> None:
    who, ware = world.person(), world.ware()
    world.order(who, ware, 5)
    portraits.touch(person_id=who)
    portraits.refresh_touched(at=NOW)
    world.order(who, ware, 1)
    portraits.touch(person_id=who)

    portraits.refresh_touched(at=NOW + timedelta(minutes=5))

    changes = queries.history(who, "orders")
    assert [(one.before, one.after) for one in changes] == [(1, 2)]
    assert queries.history(who, "last_order_days") == ()  # moves with the clock, is not kept


def test_every_tag_of_a_portrait_has_words_and_evidence() -> None:
    who = world.person()
    world.order(who, world.ware(), 5)
    world.put(views(who, 3, 1, world.category("hats")))
    portraits.refresh_touched(at=NOW)

    portrait = queries.get_portrait(who)

    assert len(portrait.tags) > 50
    for value in portrait.tags:
        assert value.label, value
        assert value.evidence, value
        assert "%(" not in value.evidence, value


def test_prv_forgetting_a_person_leaves_nothing(django_capture_on_commit_callbacks: Any) -> None:
    from jishi.insight.behavior import operations as behavior

    who, other = world.person(), world.person()
    world.order(who, world.ware(), 5)
    code = portraits.create_segment(
        name="All", rule={"field": "tag:member_days", "op": "gte", "value": 0}, owner_id=who, at=NOW
    )
    with django_capture_on_commit_callbacks(execute=True):
        world.put([*views(who, 3, 1), *views(other, 2, 1)])
        portraits.rebuild(at=NOW)
        portraits.edit_interests(person_id=who, remove=["tag:device"], at=NOW)
    held = portrait_privacy.export_person(person_id=who)
    assert held["portrait"]["tags"]["views_30"] == 3
    assert "All" in held["segments"]

    with django_capture_on_commit_callbacks(execute=True):
        portrait_privacy.erase_person(person_id=who, at=NOW)
        behavior.erase(person_id=who, at=NOW)
        world.User.objects.filter(pk=who).update(is_active=False)
        portraits.refresh_touched(at=NOW)

    import duckdb

    files = [str(path) for path in rollup.folder().glob("*/*.parquet")]
    with duckdb.connect() as engine:
        users = {
            row[0]
            for row in engine.execute(
                f"SELECT user_id FROM read_parquet({files!r}, union_by_name=true)"
            ).fetchall()
        }
    assert users == {other}
    empty = portrait_privacy.export_person(person_id=who)
    assert empty == {"portrait": None, "changes": [], "said": [], "segments": [], "stages": [], "moves": []}
    assert queries.list_members(code) == (other,)
    assert (queries.get_segment(code).count, queries.get_segment(code).owner_id) == (1, None)


@pytest.mark.django_db(transaction=True)
def test_two_refreshers_lose_no_mark_and_double_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ware = world.ware()
    people = [world.person() for _ in range(12)]
    code = portraits.create_segment(
        name="Buyers", rule={"field": "tag:orders", "op": "gte", "value": 1}, owner_id=None, at=NOW
    )
    portraits.recompute(code=code, at=NOW)
    for who in people:
        world.order(who, ware, 3)
        portraits.touch(person_id=who)
    failures: list[BaseException] = []

    def work() -> None:
        from django.db import connection

        try:
            for _ in range(12):
                portraits.refresh_touched(limit=3, at=NOW)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Touch.objects.count() == 0
    assert queries.list_members(code) == tuple(people)
    assert queries.get_segment(code).count == 12
    assert all(tags(who)["orders"] == 1 for who in people)
    assert TagHistory.objects.filter(tag="orders").count() == 0

    # Everybody on one connection, and then side by side on two, in ranges of five: the same portraits.
    whole = portraits.rebuild(at=NOW)
    kept = {row.pk: (row.tags, row.evidence, row.version) for row in Portrait.objects.all()}
    monkeypatch.setattr(rebuilding, "AT_ONCE", 5)
    told: list[int] = []
    parts = portraits.rebuild(at=NOW, progress=lambda done, total: told.append(done))
    assert parts.people == whole.people == told[-1] and len(told) == 3
    assert {row.pk: (row.tags, row.evidence, row.version) for row in Portrait.objects.all()} == kept

"""What stands in a slot for whom, how often at most, and who may put it there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from tests.factories import jotted

from jishi.growth.merchandising import errors, queries
from jishi.growth.merchandising import operations as slots
from jishi.growth.merchandising.contracts import PlacementDraft, Viewer
from jishi.growth.merchandising.models import Chosen, Pace, Placement, Seen
from jishi.insight.portraits import operations as portraits
from jishi.kernel import audit, clock
from jishi.people.accounts import operations as accounts
from jishi.people.privacy import operations as privacy
from jishi.social.feed import operations as feeds

pytestmark = pytest.mark.django_db

DRAFT = PlacementDraft(
    slot="home.banner",
    title={"zh-hans": "桂花季", "en": "Osmanthus season"},
    text={"zh-hans": "秋天的味道", "en": "What autumn tastes like"},
    url="/search/?q=%E6%A1%82%E8%8A%B1",
)


def put(key: str = "k1", **changes: object) -> str:
    return slots.place(natural_key=key, draft=replace(DRAFT, **changes), by=None)  # type: ignore[arg-type]


def titles(slot: str = "home.banner", **who: object) -> list[str]:
    return [one.title for one in queries.fill(slot, **who)]  # type: ignore[arg-type]


def named(zh: str) -> dict[str, str]:
    return {"zh-hans": zh, "en": zh}


def test_a_slot_is_filled_by_priority_time_language_and_at_most_its_size(
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    now = clock.now()
    for number in range(6):
        put(f"k{number}", title=named(f"第{number}"), priority=number)
    put("soon", title=named("soon"), starts_at=now + timedelta(hours=1), priority=50)
    put("gone", title=named("gone"), starts_at=now - timedelta(days=2), ends_at=now, priority=50)
    put("other", slot="me.card", title=named("other"))

    with django_assert_num_queries(1):
        shown = queries.fill_page("home", viewer=Viewer(None, "v"), language="en")

    assert [one.title for one in shown.of("home.banner")] == ["第5", "第4", "第3", "第2"]
    assert shown.of("home.card") == ()
    assert titles(at=now + timedelta(hours=2))[0] == "soon"


def test_the_same_key_places_once_and_withdraws_for_good() -> None:
    person = jotted.person()
    code = put("campaign:a:1", is_for_chosen=True)
    until = clock.now() + timedelta(days=1)

    assert put("campaign:a:1", title=named("again")) == code
    assert slots.place_for(person_id=person, natural_key="e1:s2", placement_code=code, until=until)
    assert not slots.place_for(person_id=person, natural_key="e1:s2", placement_code=code, until=until)
    with pytest.raises(errors.PlacementNotFound):
        slots.place_for(person_id=person, natural_key="x", placement_code="none", until=until)

    assert (Placement.objects.count(), Chosen.objects.count()) == (1, 1)
    assert titles(person_id=person) == ["桂花季"]
    assert titles(person_id=jotted.person()) == titles() == []
    assert titles(person_id=person, at=until) == []
    assert slots.withdraw(natural_key="e1:s2")
    assert not slots.withdraw(natural_key="e1:s2")
    assert titles(person_id=person) == []
    assert slots.place(natural_key="for two", draft=DRAFT, person_ids=[person], by=None)
    assert titles(person_id=person) == ["桂花季"]
    assert slots.withdraw(natural_key="for two")
    assert titles(person_id=person) == []
    assert slots.withdraw(natural_key="") is False


def test_prv_143_segments_stages_and_regions_and_nothing_personal_when_it_is_off() -> None:
    person = jotted.person()
    segment = _segment_of(person)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portraits_stage (person_id, stage, since, evidence) VALUES (%s, 'new', now(), '{}')",
            [person],
        )
    _live(person, "浙江省")
    put("all", title=named("all"))
    put("segment", title=named("segment"), audiences=(f"segment:{segment}",))
    put("stage", title=named("stage"), audiences=("stage:new",))
    put("east", title=named("east"), regions=("east",))
    put("south", slot="home.card", title=named("south"), regions=("guangdong",))

    stranger = jotted.person()
    assert sorted(titles(person_id=person)) == ["all", "east", "segment", "stage"]
    assert titles("home.card", person_id=person) == []
    assert titles(person_id=stranger) == titles() == ["all"]
    assert titles("home.card", region="guangdong") == ["south"]
    feeds.choose_place(person_id=person, place="广州")
    assert titles("home.card", person_id=person) == ["south"]
    feeds.personalise(person_id=person, on=False)
    assert titles(person_id=person) == ["all"]
    assert titles("home.card", person_id=person) == []
    feeds.personalise(person_id=person, on=True)
    privacy.withdraw(person_id=person, purpose="personalisation")
    assert titles(person_id=person) == ["all"]
    assert titles("home.card", person_id=person) == []
    assert [one.title for one in queries.preview("home.banner", region="zhejiang")] == ["east", "all"]
    assert [one.title for one in queries.preview("home.banner", audience="stage:new")] == ["stage", "all"]


def test_seasons_and_visitors_and_members() -> None:
    put("winter", title=named("winter"), seasons=("winter",), starts_at=_on(1), ends_at=_on(12))
    put("visitors", title=named("visitors"), audiences=("visitors",), starts_at=_on(1))
    put("members", title=named("members"), audiences=("members",), starts_at=_on(1))

    assert titles(visitor="v", at=_on(7)) == ["visitors"]
    assert titles(visitor="v", at=_on(2)) == ["visitors", "winter"]
    assert titles(person_id=jotted.person(), at=_on(7)) == ["members"]


def test_limits_are_held_and_what_was_closed_stays_away() -> None:
    person = jotted.person()
    code = put(per_day=2, in_all=3)
    other = put("k2", title=named("other"))
    now = clock.now()
    me = Viewer(person)

    shown = [slots.record_shown(placement_code=code, viewer=me, at=now) for _ in range(3)]

    assert shown == [True, True, False]
    assert titles(person_id=person, at=now) == ["other"]
    tomorrow = now + timedelta(days=1)
    assert titles(person_id=person, at=tomorrow) == ["other", "桂花季"]
    assert slots.record_shown(placement_code=code, viewer=me, at=tomorrow)
    assert not slots.record_shown(placement_code=code, viewer=me, at=tomorrow)
    assert titles(visitor="") == ["other"]
    slots.record_clicked(placement_code=other, viewer=me)
    slots.record_dismissed(placement_code=other, viewer=me)
    assert titles(person_id=person, at=now) == []
    assert not slots.record_shown(placement_code=other, viewer=me)
    assert queries.tallies([code, other])[code].times == 3
    assert queries.tallies([other])[other].dismissed == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Seen.objects.filter(placement__code=code).update(total=4)


@pytest.mark.django_db(transaction=True)
def test_many_tabs_at_once_get_one_popup_between_them(race) -> None:  # type: ignore[no-untyped-def]
    for number in range(3):
        put(f"p{number}", slot="popup", title=named(f"p{number}"))
    me = Viewer(jotted.person())
    now = clock.now()

    got = race(5, lambda n: slots.claim_popup(viewer=me, language="en", at=now))

    assert len([one for one in got if one is not None]) == 1
    assert sum(Seen.objects.values_list("total", flat=True)) == Pace.objects.get().shown == 1
    assert slots.claim_popup(viewer=me, language="en", at=now) is None
    assert slots.claim_popup(viewer=me, language="en", at=now + timedelta(days=1)) is not None
    assert slots.claim_popup(viewer=Viewer(None, ""), language="en") is None


def test_by_hand_it_takes_two_people_and_every_step_is_written_down() -> None:
    maker, second = jotted.person(is_operator=True), jotted.person(is_operator=True)
    code = slots.draft(draft=DRAFT, by=maker)

    slots.ask(code=code, by=maker)

    with pytest.raises(errors.SecondPersonNeeded):
        slots.confirm(code=code, by=maker)
    assert titles() == []
    slots.confirm(code=code, by=second)
    assert titles() == ["桂花季"]
    with pytest.raises(errors.NotWaiting):
        slots.confirm(code=code, by=second)
    slots.edit(code=code, draft=replace(DRAFT, title=named("neu")), by=maker)
    assert titles() == []
    slots.take_out(code=code, by=maker)
    slots.edit(code=code, draft=replace(DRAFT, text=named("全网最低，顶级工艺")), by=maker)
    assert [one.params["word"] for one in queries.judge_placement(queries.get_placement(code).draft)] == [
        "全网最低、顶级"
    ]
    slots.ask(code=code, by=maker)  # a claim is pointed out, a crime is stopped
    slots.edit(code=code, draft=replace(DRAFT, title=named("代办 假证")), by=maker)
    with pytest.raises(errors.WordsRefused, match="代办假证"):
        slots.ask(code=code, by=maker)
    with pytest.raises(errors.WordsRefused):
        put("crime", text=named("冰毒"))
    assert queries.get_placement(code).state == "draft" and Placement.objects.count() == 1
    acts = [one.action for one in audit.list_entries() if one.subject == f"placement:{code}"]
    assert sorted(acts) == [
        *("slots.ask", "slots.ask", "slots.confirm", "slots.draft"),
        *("slots.edit", "slots.edit", "slots.edit", "slots.take_out"),
    ]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("url", {"url": "https://evil.example/"}),
        ("url", {"url": "//evil.example/"}),
        ("url", {"url": "/\\evil.example"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("url", {"url": "/en/ops/"}),
        ("url", {"url": "/account/../ops/"}),
        ("url", {"url": ""}),
        ("title", {"title": {}}),
        ("title", {"title": named("长" * 61)}),
        ("text", {"text": named("长" * 141)}),
        ("slot", {"slot": "nowhere"}),
        ("audience", {"audiences": ("segment:'; drop",)}),
        ("audience", {"audiences": tuple(f"segment:a{n}" for n in range(21))}),
        ("regions", {"regions": ("atlantis",)}),
        ("seasons", {"seasons": ("monsoon",)}),
        ("limits", {"per_day": 51}),
        ("ends_at", {"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}),
        ("goods", {"slot": "home.collection", "product_ids": ()}),
    ],
)
def test_inp_128_what_cannot_be_is_refused_with_the_field_and_nothing_is_kept(
    field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(errors.PlacementInvalid) as refused:
        put(**changes)

    assert refused.value.fields["field"] == field
    assert Placement.objects.count() == 0


def test_prv_140_a_person_leaves_and_nothing_of_them_stays() -> None:
    person = jotted.person()
    code = put(is_for_chosen=True)
    slots.place_for(person_id=person, natural_key="e", placement_code=code, until=clock.now() + timedelta(1))
    slots.record_shown(placement_code=code, viewer=Viewer(person))
    assert queries.export_person(person_id=person)["shown"][0]["times"] == 1

    for _ in range(2):
        slots.forget(person_id=person)

    assert (Seen.objects.count(), Chosen.objects.count(), Pace.objects.count()) == (0, 0, 0)
    put("old", title=named("old"))
    slots.record_shown(placement_code=queries.find_placement("old").code, viewer=Viewer(None, "v"))  # type: ignore[union-attr]
    assert slots.forget_old(clock.now() + timedelta(days=500)) == 1


def _on(month: int) -> datetime:
    return datetime(2026, month, 15, tzinfo=UTC)


def _segment_of(person: int) -> str:
    code = portraits.create_segment(
        name="茶友", rule={"field": "tag:orders", "op": "gte", "value": 1}, owner_id=None
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portraits_membership (segment_id, person_id) "
            "SELECT id, %s FROM portraits_segment WHERE code = %s",
            [person, code],
        )
    return code


def _live(person: int, region: str) -> None:
    accounts.save_address(
        person_id=person,
        recipient="阿柿",
        phone="13800138000",
        region=region,
        city="杭州市",
        line="龙井路 1 号",
        is_default=True,
    )

"""Landing pages: blocks that are looked up, versions that stay, two people, an end that is true, a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from tests.factories import jotted, trade

from jishi import verification
from jishi.goods.catalog.models import Product
from jishi.growth.merchandising import errors, queries
from jishi.growth.merchandising import operations as pages
from jishi.growth.merchandising.contracts import Block, LandingDraft
from jishi.growth.merchandising.models import LandingPage, LandingVersion, SignUp
from jishi.kernel import clock
from jishi.people.accounts import ports as audiences
from jishi.people.accounts.contracts import AudienceRef

pytestmark = pytest.mark.django_db

BOTH = {"zh-hans": "柿子节", "en": "Persimmon days"}
DRAFT = LandingDraft(slug="persimmon-days", title=BOTH, summary=BOTH)
TEXT = Block("t1", "text", title=BOTH, text=BOTH)
LIST = Block("s1", "sign_up", title=BOTH, text={"zh-hans": "我同意收到提醒", "en": "You may write to me"})


def published(*blocks: Block, **changes: object) -> str:
    code = pages.create_page(draft=replace(DRAFT, **changes), by=None)  # type: ignore[arg-type]
    pages.put_blocks(code=code, blocks=blocks or (TEXT,), revision=1, by=None)
    again(code)
    return code


def again(code: str) -> None:
    revision = queries.get_page(code).revision
    pages.ask_publishing(code=code, revision=revision, by=jotted.person())
    pages.publish(code=code, revision=revision, by=jotted.person())


def test_a_version_is_public_while_the_next_one_is_written_and_never_changes() -> None:
    code = published()
    pages.put_blocks(code=code, blocks=(TEXT, replace(LIST, key="x")), revision=2, by=None)

    public = queries.get_public("persimmon-days")

    assert (public.number, len(public.blocks)) == (1, 1)
    assert len(queries.get_preview(code).blocks) == 2
    assert queries.get_page(code).is_changed
    again(code)
    assert queries.get_public("persimmon-days").number == 2
    pages.bring_back(code=code, number=1, revision=3, by=None)
    assert len(queries.get_preview(code).blocks) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        LandingVersion.objects.filter(number=1).update(title={})
    pages.take_off(code=code, by=None)
    with pytest.raises(errors.PageNotFound):
        queries.get_public("persimmon-days")
    assert queries.get_preview(code, number=2).number == 2


def test_publishing_takes_two_people_who_looked_at_the_same_draft() -> None:
    code, maker, second = pages.create_page(draft=DRAFT, by=None), jotted.person(), jotted.person()
    with pytest.raises(errors.PageInvalid):
        pages.ask_publishing(code=code, revision=1, by=maker)
    pages.put_blocks(code=code, blocks=(TEXT,), revision=1, by=maker)
    pages.ask_publishing(code=code, revision=2, by=maker)

    with pytest.raises(errors.SecondPersonNeeded):
        pages.publish(code=code, revision=2, by=maker)
    with pytest.raises(errors.PageChanged):
        pages.put_blocks(code=code, blocks=(), revision=1, by=maker)
    pages.put_blocks(code=code, blocks=(TEXT, LIST), revision=2, by=maker)
    with pytest.raises(errors.PageChanged):
        pages.publish(code=code, revision=2, by=second)
    with pytest.raises(errors.NotWaiting):
        pages.publish(code=code, revision=3, by=second)

    crime = replace(TEXT, text={"zh-hans": "办证刻章，国家级保证", "en": "as good as any"})
    pages.put_blocks(code=code, blocks=(crime,), revision=3, by=maker)
    with pytest.raises(errors.WordsRefused):
        pages.ask_publishing(code=code, revision=4, by=maker)
    weights = [(one.weight, one.params["word"]) for one in queries.judge_page(queries.get_page(code))]
    assert weights == [("stop", "办证刻章"), ("look", "国家级")]
    assert LandingVersion.objects.count() == 0
    with pytest.raises(errors.SlugTaken):
        pages.create_page(draft=DRAFT, by=None)


def test_an_end_that_a_countdown_told_stays() -> None:
    end = clock.now() + timedelta(days=3)
    code = published(TEXT, Block("c1", "countdown", until="page"), LIST, ends_at=end)
    found = queries.get_page(code)

    for other in (end + timedelta(days=1), end - timedelta(days=1), None):
        with pytest.raises(errors.EndStays):
            pages.edit_page(
                code=code, draft=replace(found.draft, ends_at=other), revision=found.revision, by=None
            )

    assert queries.get_public("persimmon-days").ends_at == end
    assert queries.get_public("persimmon-days", at=end).is_over
    with pytest.raises(errors.PageOver):
        pages.sign_up(code=code, person_id=jotted.person(), agreed=True, at=end)
    with pytest.raises(errors.PageOver):
        pages.ask_publishing(code=code, revision=found.revision, by=jotted.person(), at=end)


def test_what_blocks_name_is_there_and_what_people_type_stays_harmless() -> None:
    scene = trade.scene()
    product = Product.objects.get(pk=scene.product_id)
    note = jotted.note(jotted.person())
    code = pages.create_page(draft=DRAFT, by=None)
    hostile = "<script>alert(1)</script>\x00\x07"

    pages.put_blocks(
        code=code,
        blocks=(
            Block("g", "goods", codes=(product.code, product.code)),
            Block("n", "notes", codes=(note,)),
            Block("h", "text", title=BOTH, text={"zh-hans": hostile, "en": hostile}),
        ),
        revision=1,
        by=None,
    )

    goods, notes, text = queries.get_page(code).blocks
    assert goods.ids == (product.pk,)
    assert len(notes.ids) == 1
    assert text.text["en"] == "<script>alert(1)</script>"
    for bad in (
        Block("g", "goods", codes=("nothing",)),
        Block("g", "notes", codes=("'; drop",)),
        Block("g", "iframe"),
        Block("g", "picture", url="https://evil.example/"),
        Block("g", "countdown", until="nooffer"),
        Block("<b>", "text", text=BOTH),
        Block("g", "text", text={"en": "x" * 4001}),
    ):
        with pytest.raises(errors.PageInvalid):
            pages.put_blocks(code=code, blocks=(bad,), revision=2, by=None)
    with pytest.raises(errors.PageInvalid):
        pages.put_blocks(
            code=code, blocks=[replace(TEXT, key=f"k{n}") for n in range(25)], revision=2, by=None
        )
    for slug in ("", "-a", "../etc", "A b", "x" * 49):
        with pytest.raises(errors.PageInvalid):
            pages.create_page(draft=replace(DRAFT, slug=slug), by=None)


def test_prv_140_signing_up_needs_a_tick_counts_once_and_is_forgotten() -> None:
    code, person = published(TEXT, LIST), jotted.person()
    other = jotted.person()

    with pytest.raises(errors.ConsentNeeded):
        pages.sign_up(code=code, person_id=person, agreed=False)
    assert pages.sign_up(code=code, person_id=person, agreed=True, language="en")
    assert not pages.sign_up(code=code, person_id=person, agreed=True)
    pages.sign_up(code=code, person_id=other, agreed=True)
    pages.leave_list(code=code, person_id=other)

    assert SignUp.objects.get(person_id=person).words == "You may write to me"
    assert audiences.is_member(AudienceRef("landing", code), person)
    assert not audiences.is_member(AudienceRef("landing", code), other)
    assert [who for who, _ in queries.list_sign_ups(code)] == [person]
    assert LandingPage.objects.get().sign_ups == 1
    assert queries.export_person(person_id=person)["signed_up"][0]["agreed_to"] == "You may write to me"
    for _ in range(2):
        pages.forget(person_id=person)
    assert LandingPage.objects.get().sign_ups == 0
    assert not SignUp.objects.filter(person_id=person).exists()


def test_verification_finds_a_count_that_drifted() -> None:
    code = published(TEXT, LIST)
    pages.sign_up(code=code, person_id=jotted.person(), agreed=True)
    assert [one.broken for one in verification.run() if one.id == "I18"] == [0, 0, 0, 0]

    LandingPage.objects.update(sign_ups=7)

    assert [one.broken for one in verification.run() if one.id == "I18"] == [1, 0, 0, 0]

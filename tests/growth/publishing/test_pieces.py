"""From an idea to a published note: two pairs of eyes, rights that hold, exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.growth.publishing import kit

from jishi.growth.publishing import errors, queries
from jishi.growth.publishing import operations as content
from jishi.growth.publishing.contracts import AssetDraft, ChannelDraft, VariantDraft
from jishi.growth.publishing.models import Piece, Step
from jishi.growth.publishing.operations import packing
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.social.notes import ports as notes_ports
from jishi.social.notes import queries as notes
from jishi.social.notes.errors import VideoTooLong
from jishi.social.notes.models import Note


def state_of(code: str) -> str:
    return queries.get_piece(code).piece.state


@pytest.mark.django_db
def test_a_piece_goes_from_idea_to_note_through_two_people() -> None:
    writer, reviewer, late = kit.staff(), kit.staff(), clock.now() + timedelta(hours=3)
    picture = kit.asset(writer, licence="agreed", credit="林间", proof="合同 12")
    code = content.create(draft=kit.draft(writer, pictures=(picture,)), by=writer, key="k1")
    again = content.create(draft=kit.draft(writer), by=writer, key="k1")
    content.set_state(code=code, state="brief", by=writer)
    content.set_state(code=code, state="draft", by=writer)
    content.ask_review(code=code, by=writer)
    with pytest.raises(errors.SecondPersonNeeded):
        content.approve(code=code, by=writer)
    content.approve(code=code, by=reviewer, words="很好")
    early = content.publish_due(clock.now())

    content.publish_due(late)
    content.publish_due(late)

    assert (again, early) == (code, 0)
    whole = queries.get_piece(code)
    assert (whole.piece.state, whole.piece.reviewer_id, whole.piece.published_at) == (
        "published",
        reviewer,
        late,
    )
    assert [one.verb for one in whole.steps][::-1] == [
        "create", "brief", "draft", "ask_review", "approve", "published",
    ]  # fmt: skip
    note = notes.get_note(whole.piece.note_code, viewer_id=None)
    assert note.title == "霜降柿子怎么挑" and note.text.endswith("图片：林间") and len(note.pictures) == 1
    assert Note.objects.count() == 1


@pytest.mark.django_db
def test_who_wrote_on_it_never_reviews_and_a_change_takes_the_approval_away() -> None:
    writer, reviewer = kit.staff(), kit.staff()
    code = kit.scheduled(writer, reviewer)
    content.move(code=code, due_at=clock.now() + timedelta(hours=5), by=writer)
    moved = state_of(code)
    whole = queries.get_piece(code)

    content.edit(code=code, draft=replace(whole.draft, text=kit.TEXT + "！"), by=reviewer, revision=0)

    assert (moved, state_of(code)) == ("scheduled", "draft")
    with pytest.raises(errors.ChangedMeanwhile):
        content.edit(code=code, draft=whole.draft, by=writer, revision=0)
    content.ask_review(code=code, by=reviewer)
    for one in (writer, reviewer):
        with pytest.raises(errors.SecondPersonNeeded):
            content.approve(code=code, by=one)
    with pytest.raises(errors.PieceInvalid):
        content.send_back(code=code, by=reviewer, words="  ")
    content.send_back(code=code, by=kit.staff(), words="标题太平")
    assert queries.get_piece(code).steps[0].words == "标题太平"
    # The database refuses what the code would have refused.
    for broken in (
        "UPDATE publishing_piece SET state = 'published' WHERE code = %s",
        "UPDATE publishing_piece SET reviewer_id = writer_id WHERE code = %s",
        "DELETE FROM publishing_step WHERE piece_id = (SELECT id FROM publishing_piece WHERE code = %s)",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(broken, [code])


@pytest.mark.django_db
def test_a_licence_that_is_not_known_or_has_run_out_blocks() -> None:
    writer, reviewer = kit.staff(), kit.staff()
    unknown = kit.asset(writer, licence="unknown")
    code = content.create(draft=kit.draft(writer, pictures=(unknown,)), by=writer, state="draft")
    with pytest.raises(errors.CheckStops):
        content.ask_review(code=code, by=writer)
    a_day_later = clock.now() + timedelta(
        days=1, hours=2
    )  # than the piece is due, whatever the time of day is
    until = AssetDraft(title="柿子", licence="bought", proof="发票", alt="柿", expires_on=a_day_later.date())
    content.edit_asset(code=unknown, draft=until, by=writer)
    content.ask_review(code=code, by=writer)
    content.approve(code=code, by=reviewer)
    stopped = [one.level for one in queries.check(queries.get_piece(code)) if one.about == "rights"]
    # The licence ends between the review and the moment, or the piece is moved behind its end.
    content.move(code=code, due_at=a_day_later, by=writer)

    content.publish_due(a_day_later + timedelta(hours=1))

    held = queries.get_piece(code).piece
    assert (stopped, held.state, held.note_code) == (["good"], "held", "")
    assert "licence" in held.trouble and Note.objects.count() == 0
    for wrong in ({"licence": "bought"}, {"licence": "cc_by", "credit": "甲"}, {"licence": "agreed"}):
        with pytest.raises(errors.AssetInvalid):
            kit.asset(writer, shade=9, **wrong)
    assert kit.asset(writer) == unknown and len(queries.list_assets()) == 1


@pytest.mark.django_db
def test_inp_126_a_picture_of_the_library_keeps_no_place() -> None:
    from django.core.files.storage import default_storage
    from PIL import Image

    code = kit.asset(kit.staff(), shade=77)

    kept = queries.get_asset(code).kept
    for file in (kept["file"], *(size[2] for size in kept["sizes"])):
        with default_storage.open(str(file)) as stored, Image.open(stored) as picture:
            assert not picture.getexif()


@pytest.mark.django_db
def test_a_film_carries_its_right_goes_into_the_note_and_fits_where_it_may() -> None:
    import io
    import zipfile

    from django.core.files.storage import default_storage
    from tests.factories import written

    writer, reviewer = kit.staff(), kit.staff()
    made = AssetDraft("霜降", "own", "柿子慢慢转")
    clip = written.film(place=b"+30.2/", seconds=5)
    film = content.add_asset(data=kit.picture(9), film=clip, draft=made, by=writer)
    again = content.add_asset(data=kit.picture(10), film=clip, draft=made, by=writer)
    other = content.add_asset(
        data=kit.picture(9), film=written.film(seconds=7), draft=replace(made, licence="unknown"), by=writer
    )
    picture, now = kit.asset(writer), clock.now()
    with pytest.raises(VideoTooLong):
        content.add_asset(data=kit.picture(), film=written.film(seconds=90), draft=made, by=writer)

    code = kit.scheduled(writer, reviewer, pictures=(picture, film))
    both = content.create(draft=kit.draft(writer, pictures=(film, other)), by=writer, state="draft")
    content.publish_due(now + timedelta(hours=3))
    stops = [one.message for one in queries.check(queries.get_piece(both)) if one.level == "stop"]
    red, answers = (
        content.open_channel(draft=ChannelDraft(platform, "集柿"), by=writer)
        for platform in ("xiaohongshu", "zhihu")
    )
    version = VariantDraft("柿子", "柿子熟了", ("秋天",), (picture, film))
    for channel in (red, answers):
        content.keep_variant(code=code, channel_code=channel, draft=version, by=writer)
    whole = queries.get_piece(code)
    packed = zipfile.ZipFile(io.BytesIO(packing.pack(code=code, channel_code=red)))

    kept = queries.get_asset(film).film
    assert kept is not None and again == film and kept.length == "0:05"
    with default_storage.open(str(kept.kept["file"])) as stored:
        data = stored.read()
    assert b"+30.2/" not in data and packed.read("02-film.mp4") == data
    note = Note.objects.get(code=whole.piece.note_code)
    assert note.video == dict(kept.kept) and note.cover == dict(queries.get_asset(film).kept)
    assert "One film fits into a piece." in stops and "The licence of “%(title)s” is not known." in stops
    assert queries.get_variant(whole, red).faults == ()
    assert [one.message for one in queries.get_variant(whole, answers).faults] == [
        "This platform takes no films here."
    ]


@pytest.mark.django_db(transaction=True)
def test_ops_156_a_worker_that_dies_and_two_at_once_publish_one_note(race: Any) -> None:
    writer, reviewer, late = kit.staff(), kit.staff(), clock.now() + timedelta(hours=3)
    codes = [
        kit.scheduled(writer, reviewer, headline=f"第{n}篇 {word}", text=word * 3)
        for n, word in enumerate(("春茶采摘", "秋梨膏", "雪景"))
    ]

    class Death(Exception):
        pass

    class Dying:
        name = "dying"

        def judge(self, publication: notes_ports.Publication, *, at: Any) -> notes_ports.Verdict:
            raise Death

    notes_ports.register_guard(Dying())
    try:
        with pytest.raises(Death):
            content.publish_due(late)
    finally:
        notes_ports.forget_guard("dying")
    dead = Note.objects.count()

    found = race(2, lambda: content.publish_due(late))

    assert all(isinstance(one, int) for one in found), found
    assert (dead, Note.objects.count()) == (0, 3)
    assert {state_of(code) for code in codes} == {"published"}
    assert Step.objects.filter(verb="published").count() == 3
    relay.drain()


@pytest.mark.django_db
def test_a_note_that_moderators_hold_marks_its_piece_when_it_is_out() -> None:
    from jishi.social.notes import operations as note_operations

    writer, reviewer, late = kit.staff(), kit.staff(), clock.now() + timedelta(hours=3)
    code = kit.scheduled(writer, reviewer)

    class Holding:
        name = "holding"

        def judge(self, publication: notes_ports.Publication, *, at: Any) -> notes_ports.Verdict:
            return notes_ports.Verdict("hold", (notes_ports.Finding("word", "A look first."),))

    notes_ports.register_guard(Holding())
    try:
        content.publish_due(late)
    finally:
        notes_ports.forget_guard("holding")
    waiting = state_of(code)
    note_code = queries.get_piece(code).piece.note_code
    note_operations.approve(code=note_code, at=late)
    relay.drain()

    assert (waiting, state_of(code)) == ("waiting", "published")


@pytest.mark.django_db
def test_what_cannot_be_is_refused_and_a_person_who_leaves_takes_the_name() -> None:
    from jishi.growth.publishing import privacy

    writer, reviewer = kit.staff(), kit.staff()
    for wrong in ({"title": ""}, {"lane": "x"}, {"form": "x"}, {"text": "长" * 5001}, {"author_id": 10**9}):
        with pytest.raises(errors.PieceInvalid):
            content.create(draft=replace(kit.draft(writer), **wrong), by=writer)
    with pytest.raises(errors.MomentPast):
        content.create(draft=kit.draft(writer, due=clock.now() - timedelta(hours=1)), by=writer)
    assert Piece.objects.count() == 0
    code = kit.scheduled(writer, reviewer)
    content.drop(code=kit.scheduled(writer, reviewer, text="别的话" * 9, headline="另一篇"), by=writer)
    assert len(privacy.export_person(person_id=writer)["pieces"]) == 2

    privacy.erase_person(person_id=writer, at=clock.now())

    found = queries.get_piece(code)
    assert (found.piece.state, found.piece.author_id, found.piece.writer_id) == ("draft", None, None)
    assert {one.by_id for one in found.steps} == {None, reviewer}
    assert privacy.export_person(person_id=writer)["pieces"] == []

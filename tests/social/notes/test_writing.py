"""From a draft to a note in sight: states, moments, history, limits, guards, and what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from tests.factories import goods, jotted, written

from jishi.kernel import clock, limits
from jishi.kernel.errors import DomainError
from jishi.kernel.models import OutboxEvent
from jishi.social.notes import errors, ports, queries
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft, PinDraft
from jishi.social.notes.models import Note
from jishi.social.previews.models import Preview

Race = Callable[[int, Callable[..., Any]], list[Any]]
pytestmark = pytest.mark.django_db


class Guard:
    """Judges by a word in the text."""

    name = "tests"

    def judge(self, publication: ports.Publication, *, at: Any) -> ports.Verdict:
        for word, action in (("HOLD", "hold"), ("REFUSE", "refuse")):
            if word in publication.text:
                finding = ports.Finding("tests.word", "The word %(word)s is not welcome.", {"word": word})
                return ports.Verdict(action, (finding,))  # type: ignore[arg-type]
        return ports.Verdict("accept")


@pytest.fixture(autouse=True)
def guard() -> Iterator[None]:
    ports.register_guard(Guard())
    yield
    ports.forget_guard(Guard.name)


def state_of(code: str) -> str:
    return Note.objects.get(code=code).state


def facts(kind: str) -> list[dict[str, Any]]:
    return [row.payload for row in OutboxEvent.objects.filter(topic=kind).order_by("pk")]


def test_a_draft_is_kept_and_published_once() -> None:
    author = jotted.person()
    code = notes.save(author_id=author, draft=NoteDraft(text="#柿子 熟了"))
    with pytest.raises(errors.NoteNotFound):
        queries.get_note(code, viewer_id=None)

    assert notes.publish(author_id=author, code=code) == "published"
    number = Note.objects.get(code=code).published_no
    assert notes.publish(author_id=author, code=code) == "published"

    assert Note.objects.get(code=code).published_no == number
    assert len(facts("social.note.published")) == 1
    assert [topic.slug for topic in queries.get_note(code, viewer_id=None).topics] == ["柿子"]


def test_the_same_key_is_the_same_note() -> None:
    author = jotted.person()

    first = notes.save(author_id=author, draft=NoteDraft(text="一"), key="k")
    again = notes.save(author_id=author, draft=NoteDraft(text="一"), key="k")

    assert first == again and Note.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_five_sends_at_once_make_one_note(race: Race) -> None:
    author = jotted.person()

    codes = race(5, lambda: notes.save(author_id=author, draft=NoteDraft(text="一"), key="k"))

    assert len(set(codes)) == 1 and Note.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_publishing_from_five_places_draws_one_number(race: Race) -> None:
    author = jotted.person()
    code = written.note(author, publish=False)

    assert race(5, lambda: notes.publish(author_id=author, code=code)) == ["published"] * 5

    assert len(facts("social.note.published")) == 1


def test_an_edit_keeps_what_was_there_and_a_same_one_does_not() -> None:
    author = jotted.person()
    code = written.note(author, "从前")

    notes.save(author_id=author, code=code, draft=NoteDraft(text="如今"))
    notes.save(author_id=author, code=code, draft=NoteDraft(text="如今"))

    [before] = queries.list_revisions(code, viewer_id=author)
    assert before.text == "从前" and queries.get_note(code, viewer_id=None).edited_at is not None
    with pytest.raises(errors.NoteNotFound):
        queries.list_revisions(code, viewer_id=jotted.person())
    assert queries.list_revisions(code, viewer_id=jotted.person(), is_moderator=True)


def test_a_moment_to_come() -> None:
    author, now = jotted.person(), clock.now()
    code = written.note(author, publish=False)
    with pytest.raises(errors.PublishTimePast):
        notes.schedule(author_id=author, code=code, publish_at=now - timedelta(minutes=1), at=now)
    with pytest.raises(errors.PublishTimePast):
        notes.schedule(author_id=author, code=code, publish_at=now + timedelta(days=91), at=now)

    notes.schedule(author_id=author, code=code, publish_at=now + timedelta(hours=2), at=now)
    notes.schedule(author_id=author, code=code, publish_at=now + timedelta(hours=1), at=now)

    assert notes.publish_due(now + timedelta(minutes=59)) == 0
    assert notes.publish_due(now + timedelta(minutes=60)) == 1
    assert notes.publish_due(now + timedelta(minutes=60)) == 0
    assert state_of(code) == "published"


def test_a_scheduled_note_becomes_a_draft_again() -> None:
    author, now = jotted.person(), clock.now()
    code = written.note(author, publish=False)
    notes.schedule(author_id=author, code=code, publish_at=now + timedelta(hours=1), at=now)

    notes.unschedule(author_id=author, code=code, at=now)

    assert state_of(code) == "draft" and notes.publish_due(now + timedelta(days=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_publish_a_due_note_once(race: Race) -> None:
    author, now = jotted.person(), clock.now()
    code = written.note(author, publish=False)
    notes.schedule(author_id=author, code=code, publish_at=now + timedelta(hours=1), at=now)

    done = race(3, lambda: notes.publish_due(now + timedelta(hours=2)))

    assert sum(done) == 1 and len(facts("social.note.published")) == 1


def test_a_due_note_that_a_guard_refuses_by_now_is_rejected_with_the_reason() -> None:
    author, now = jotted.person(), clock.now()
    code = written.note(author, publish=False)
    notes.schedule(author_id=author, code=code, publish_at=now + timedelta(hours=1), at=now)
    Note.objects.filter(code=code).update(text="REFUSE")

    notes.publish_due(now + timedelta(hours=2))

    kept = queries.get_edit(code, author_id=author)
    assert kept.state == "rejected" and kept.state_note is not None
    assert kept.state_note.reason == "tests.word"


def test_what_a_guard_holds_only_its_author_sees_until_it_is_let_through() -> None:
    author, friend = jotted.person(), jotted.person()
    written.rename(friend, "小满")
    written.befriend(author, friend)
    code = written.note(author, "HOLD @小满", publish=False)

    assert notes.publish(author_id=author, code=code) == "in_review"

    assert queries.get_note(code, viewer_id=author).state == "in_review"
    assert queries.find_note_id(code, viewer_id=friend) is None and not facts("social.note.mentioned")
    notes.approve(code=code)
    assert queries.find_note_id(code, viewer_id=friend) is not None
    assert len(facts("social.note.mentioned")) == 1


def test_what_a_guard_refuses_stays_a_draft_and_says_why() -> None:
    author = jotted.person()
    code = written.note(author, "REFUSE", publish=False)

    with pytest.raises(errors.ContentRefused) as refused:
        notes.publish(author_id=author, code=code)

    assert refused.value.fields["findings"] == ["tests.word"] and "REFUSE" in refused.value.fields["reason"]
    assert state_of(code) == "draft"


def test_an_edit_of_a_note_in_sight_is_judged_again() -> None:
    author = jotted.person()
    code = written.note(author, "好")
    with pytest.raises(errors.ContentRefused):
        notes.save(author_id=author, code=code, draft=NoteDraft(text="REFUSE"))
    assert queries.get_note(code, viewer_id=None).text == "好"

    notes.save(author_id=author, code=code, draft=NoteDraft(text="HOLD"))

    assert state_of(code) == "in_review" and queries.find_note_id(code, viewer_id=None) is None


BEYOND = [
    (NoteDraft(title="题" * 81), errors.TooLong),
    (NoteDraft(text="字" * 5001), errors.TooLong),
    (NoteDraft(text="x", place="地" * 61), errors.TooLong),
    (NoteDraft(text="x", pictures=tuple({"file": str(n)} for n in range(10))), errors.TooMany),
    (NoteDraft(text="x", pins=tuple(PinDraft(n + 1) for n in range(13))), errors.TooMany),
    (NoteDraft(text=" ".join(f"#题{n}a" for n in range(11))), errors.TooMany),
    (NoteDraft(text=" ".join(f"@某人{n}" for n in range(11))), errors.TooMany),
    (NoteDraft(text="x", pins=(PinDraft(1, x=1.2),)), errors.NoteFieldInvalid),
    (NoteDraft(text="x", visibility="everyone"), errors.NoteFieldInvalid),
    (NoteDraft(text="x", visibility="audience"), errors.NoteFieldInvalid),
    (NoteDraft(text="x", form="novel"), errors.NoteFieldInvalid),
    (NoteDraft(text="x", pins=(PinDraft(999_999),)), errors.ProductUnknown),
]


@pytest.mark.parametrize(("draft", "error"), BEYOND)
def test_inp_128_what_is_beyond_a_limit_is_refused_and_nothing_stored(
    draft: NoteDraft, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        notes.save(author_id=jotted.person(), draft=draft)

    assert not Note.objects.exists()


def test_what_shows_nothing_or_hides_who_paid_is_not_published() -> None:
    author = jotted.person()
    empty = written.note(author, "", publish=False)
    paid = written.note(author, "好", is_sponsored=True, publish=False)

    with pytest.raises(errors.NoteEmpty):
        notes.publish(author_id=author, code=empty)
    with pytest.raises(errors.SponsorMissing):
        notes.publish(author_id=author, code=paid)


def test_inp_130_a_flood_of_notes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    author = jotted.person()
    monkeypatch.setattr("jishi.social.notes.operations.writing.PUBLISHED_PER_HOUR", 3)
    for _ in range(3):
        written.note(author)

    with pytest.raises(limits.RateLimited):
        written.note(author)

    assert Note.objects.filter(state="published").count() == 3


def test_another_persons_note_is_nobody_elses_to_change() -> None:
    code = written.note(jotted.person())
    draft = written.note(jotted.person(), publish=False)
    stranger = jotted.person()

    with pytest.raises(errors.NotTheAuthor):
        notes.save(author_id=stranger, code=code, draft=NoteDraft(text="我的"))
    with pytest.raises(errors.NotTheAuthor):
        notes.remove(author_id=stranger, code=code)
    for verb in (notes.publish, notes.remove):
        with pytest.raises(errors.NoteNotFound):
            verb(author_id=stranger, code=draft)


def test_a_removed_note_is_gone_for_everybody_and_removing_repeats() -> None:
    author = jotted.person()
    code = written.note(author)

    notes.remove(author_id=author, code=code)
    notes.remove(author_id=author, code=code)

    for viewer in (None, author):
        assert queries.find_note_id(code, viewer_id=viewer) is None
    assert len(facts("social.note.removed")) == 1


def test_inp_126_pictures_lose_what_the_camera_told() -> None:
    author, photo = jotted.person(), written.photo()
    [kept] = notes.store_pictures(person_id=author, uploads=[photo])
    assert b"GEHEIMKAMERA" in photo

    code = written.note(author, pictures=(kept,))

    [picture] = queries.get_note(code, viewer_id=None).pictures
    assert picture.width and picture.srcset
    for name in (kept["file"],):
        with default_storage.open(name) as file:
            data = file.read()
        assert b"GEHEIMKAMERA" not in data and b"Exif" not in data and b"EXIF" not in data


@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg onload=alert(1)>", written.photo()[:300]])
def test_inp_126_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(DomainError):
        notes.store_pictures(person_id=jotted.person(), uploads=[data])


def test_a_ticket_is_for_one_person_and_one_kind() -> None:
    owner, other = jotted.person(), jotted.person()
    ticket = notes.issue_ticket(person_id=owner, kind="picture", kept={"file": "notes/x.webp"})

    assert notes.read_ticket(person_id=owner, kind="picture", ticket=ticket)["file"] == "notes/x.webp"
    for who, kind, text in (
        (other, "picture", ticket),
        (owner, "video", ticket),
        (owner, "picture", ticket + "x"),
    ):
        with pytest.raises(errors.NoteFieldInvalid):
            notes.read_ticket(person_id=who, kind=kind, ticket=text)


def test_a_film_is_kept_and_shown() -> None:
    author = jotted.person()
    kept = notes.store_video(person_id=author, data=written.film(place=b"+30+120/"))

    code = written.note(author, video=kept)

    shown = queries.get_note(code, viewer_id=None).video
    assert shown is not None and (shown.width, shown.height, shown.duration_ms) == (720, 1280, 5000)
    with default_storage.open(kept["file"]) as file:
        assert b"+30+120" not in file.read()


def test_pins_lead_to_products_for_sale() -> None:
    author = jotted.person()
    saved = goods.offer(goods.open_shop(), prices=(3900,))
    [kept] = notes.store_pictures(person_id=author, uploads=[written.photo()])

    code = written.note(author, pictures=(kept,), pins=(PinDraft(saved.product_id, 0, 0.25, 0.75),))

    [pin] = queries.get_note(code, viewer_id=None, language="zh-hans").pins
    assert (pin.left_pct, pin.top_pct, pin.product_code, pin.price_minor) == (25, 75, saved.code, 3900)
    [card] = queries.list_for_product(saved.product_id, viewer_id=None)
    assert card.code == code


def test_a_link_in_a_note_asks_for_its_preview_and_reads_nothing_now() -> None:
    written.note(jotted.person(), "看 https://example.org/a 和 https://example.org/b")
    written.settle()

    assert list(Preview.objects.values_list("url", flat=True)) == ["https://example.org/a"]


def test_a_repost_passes_the_original_on_once() -> None:
    author, reader, next_reader = jotted.person(), jotted.person(), jotted.person()
    code = written.note(author)

    first = notes.repost(author_id=reader, code=code)
    assert notes.repost(author_id=reader, code=code) == first
    second = notes.repost(author_id=next_reader, code=first, text="同感")

    origin = queries.get_note(second, viewer_id=None).origin
    assert origin is not None and origin.code == code
    assert queries.get_note(code, viewer_id=None).repost_count == 2
    assert len(facts("social.note.reposted")) == 2
    notes.remove(author_id=reader, code=first)
    assert queries.get_note(code, viewer_id=None).repost_count == 1
    assert notes.repost(author_id=reader, code=code) != first


def test_ones_own_note_and_a_hidden_one_are_not_reposted() -> None:
    author, friend = jotted.person(), jotted.person()
    written.befriend(author, friend)
    code, quiet = written.note(author), written.note(author, visibility="friends")

    for who, what in ((author, code), (friend, quiet)):
        with pytest.raises(errors.RepostPointless):
            notes.repost(author_id=who, code=what)
    with pytest.raises(errors.NoteNotFound):
        notes.repost(author_id=jotted.person(), code=quiet)

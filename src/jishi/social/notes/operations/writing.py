"""Writing a note: saving, publishing, scheduling, editing, removing, passing on.

Guards are asked before the transaction. What a guard holds waits for review; what it refuses changes nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import clock, ids, limits, outbox
from jishi.kernel.errors import fill as worded
from jishi.social.notes import errors, ports, rules
from jishi.social.notes.contracts import ContentState, NoteDraft, Visibility
from jishi.social.notes.events import NoteEdited, NoteRemoved, NoteReposted, PersonMentioned
from jishi.social.notes.models import Mention, Note, NoteTopic, Pin, Revision, Topic
from jishi.social.notes.operations import locked
from jishi.social.notes.queries import rows
from jishi.social.notes.queries.notes import find_note_id

SAVES_PER_HOUR = 240
PUBLISHED_PER_HOUR = 30
PUBLISHED_PER_DAY = 120
LATEST = timedelta(days=90)
DUE_AT_ONCE = 50
_NAMED = """
SELECT u.id, u.nickname FROM accounts_user u WHERE u.nickname = ANY(%(names)s) AND u.id = ANY(
    SELECT followee_id FROM graph_follow WHERE follower_id = %(me)s AND state = 'active'
    UNION SELECT follower_id FROM graph_follow WHERE followee_id = %(me)s AND state = 'active'
    UNION SELECT unnest(%(also)s::bigint[]))
AND u.id <> %(me)s AND NOT EXISTS (SELECT 1 FROM graph_block b
    WHERE (b.blocker_id = %(me)s AND b.blocked_id = u.id) OR (b.blocker_id = u.id AND b.blocked_id = %(me)s))
ORDER BY u.id
"""


def save(
    *,
    author_id: int,
    draft: NoteDraft,
    code: str | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> str:
    """Keep a note as its author has it now and return its code. One that is in sight stays so, if guards
    agree.

    `key` makes creating it safe to repeat.

    :raises NoteFieldInvalid: a field has a value it cannot have; TooLong, TooMany: beyond a limit.
    :raises ProductUnknown: a tagged product is not for sale.
    :raises NotTheAuthor: the note is somebody else's.
    :raises StateForbids: it is hidden or rejected.
    :raises ContentRefused: it is in sight, and a guard refuses the new words.
    :raises AuthorSuspended: the author may not post.
    :raises RateLimited: too many saves in an hour.
    """
    now = clock.at_or_now(at)
    limits.hit(bucket="notes.save", key=str(author_id), limit=SAVES_PER_HOUR, window_s=3600)
    locked.check_not_suspended(author_id)
    clean = rules.clean_draft(draft)
    _check_products(clean)
    if code is None:
        return _create(author_id, clean, key, now)
    state = Note.objects.filter(code=code, author_id=author_id).values_list("state", flat=True).first()
    verdict = ports.Verdict("accept")
    if state in (ContentState.PUBLISHED, ContentState.IN_REVIEW):
        check_complete(clean, is_repost=Note.objects.filter(code=code, repost_of__isnull=False).exists())
        verdict = judge(author_id, clean, code, now)
    with transaction.atomic():
        note = locked.lock_own(code, author_id)
        if note.state in (ContentState.HIDDEN, ContentState.REJECTED) or note.state != state:
            raise errors.StateForbids(state=note.state)
        _keep_revision(note, clean, now)
        _write(note, clean)
        note.save()
        if note.state == ContentState.PUBLISHED:
            fact: dict[str, Any] = {"note_id": note.pk, "code": code, "author_id": author_id, "at": now}
            outbox.publish(NoteEdited(**fact))
            if verdict.action == "hold":
                locked.move_note(note, ContentState.IN_REVIEW, at=now, reason=_first_code(verdict))
    return code


def publish(*, author_id: int, code: str, at: datetime | None = None) -> str:
    """Put a note in sight, or line it up for review or for its moment; returns its state. Repeating is
    harmless.

    :raises NoteEmpty: there is nothing to see.
    :raises SponsorMissing: a sponsored note must say by whom.
    :raises ContentRefused: a guard refuses it; it stays a draft.
    :raises StateForbids: it is hidden or rejected.
    :raises RateLimited: too many notes in an hour or a day.
    """
    now = clock.at_or_now(at)
    note = Note.objects.filter(code=code[:12], author_id=author_id).exclude(state="removed").first()
    if note is None:
        raise errors.NoteNotFound()
    if note.state in (ContentState.PUBLISHED, ContentState.IN_REVIEW):
        return str(note.state)
    locked.check_not_suspended(author_id)
    limits.hit(bucket="notes.publish.day", key=str(author_id), limit=PUBLISHED_PER_DAY, window_s=86_400)
    limits.hit(bucket="notes.publish", key=str(author_id), limit=PUBLISHED_PER_HOUR, window_s=3600)
    verdict = _judge_row(note, now)
    with transaction.atomic():
        note = locked.lock_own(code, author_id)
        if note.state in (ContentState.DRAFT, ContentState.SCHEDULED):
            _go_out(note, verdict, now)
        elif note.state not in (ContentState.PUBLISHED, ContentState.IN_REVIEW):
            raise errors.StateForbids(state=note.state)
    return str(note.state)


def schedule(*, author_id: int, code: str, publish_at: datetime, at: datetime | None = None) -> None:
    """Have a note published at a moment to come.

    :raises PublishTimePast: the moment is over or more than 90 days away.
    :raises NoteEmpty: there is nothing to see.
    :raises SponsorMissing: a sponsored note must say by whom.
    :raises ContentRefused: a guard refuses it already now.
    :raises StateForbids: it is not a draft.
    """
    now = clock.at_or_now(at)
    if not now < publish_at <= now + LATEST:
        raise errors.PublishTimePast()
    locked.check_not_suspended(author_id)
    note = Note.objects.filter(code=code[:12], author_id=author_id).exclude(state="removed").first()
    if note is None:
        raise errors.NoteNotFound()
    _judge_row(note, now)
    with transaction.atomic():
        note = locked.lock_own(code, author_id)
        note.scheduled_at = publish_at
        if note.state == ContentState.SCHEDULED:
            note.save(update_fields=["scheduled_at"])
        else:
            locked.move_note(note, ContentState.SCHEDULED, at=now)


def unschedule(*, author_id: int, code: str, at: datetime | None = None) -> None:
    """Make a scheduled note a draft again.

    :raises StateForbids: it is not waiting for its moment.
    """
    with transaction.atomic():
        note = locked.lock_own(code, author_id)
        if note.state != ContentState.SCHEDULED:
            raise errors.StateForbids(state=note.state)
        note.scheduled_at = None
        locked.move_note(note, ContentState.DRAFT, at=clock.at_or_now(at))


def publish_due(at: datetime) -> int:
    """Publish scheduled notes whose moment has come; returns how many. What a guard refuses becomes
    rejected.
    """
    done = 0
    due = Note.objects.filter(state=ContentState.SCHEDULED, scheduled_at__lte=at).order_by(
        "scheduled_at", "pk"
    )
    for note in list(due[:DUE_AT_ONCE]):
        try:
            verdict = _judge_row(note, at, refuse=False)
        except (errors.NoteEmpty, errors.SponsorMissing):
            verdict = ports.Verdict("refuse", (ports.Finding("incomplete", errors.NoteEmpty.message),))
        with transaction.atomic():
            mine = Note.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            row = mine.filter(pk=note.pk, state=ContentState.SCHEDULED, scheduled_at__lte=at).first()
            if row is None:
                continue
            if verdict.action == "refuse":
                locked.move_note(row, ContentState.REJECTED, at=at, reason=_first_code(verdict))
            else:
                _go_out(row, verdict, at)
            done += 1
    return done


def remove(*, author_id: int, code: str, at: datetime | None = None) -> None:
    """Take one's note away for good; repeating is harmless.

    :raises NotTheAuthor: it is somebody else's.
    """
    now = clock.at_or_now(at)
    if Note.objects.filter(code=code[:12], author_id=author_id, state=ContentState.REMOVED).exists():
        return
    with transaction.atomic():
        note = locked.lock_own(code, author_id)
        if note.repost_of_id:
            note.client_key = None  # a repost that was taken away can be made again
        locked.move_note(note, ContentState.REMOVED, at=now)
        outbox.publish(NoteRemoved(note_id=note.pk, code=note.code, author_id=author_id, at=now))


def repost(
    *, author_id: int, code: str, text: str = "", key: str | None = None, at: datetime | None = None
) -> str:
    """Pass a note on to one's own followers and return the code of the new note; a repost of a repost
    passes on
    the original. Without words of one's own it is done once.

    :raises NoteNotFound: the person may not see the note.
    :raises RepostPointless: it is their own or not public.
    :raises ContentRefused: a guard refuses the words.
    """
    now = clock.at_or_now(at)
    if find_note_id(code, viewer_id=author_id) is None:
        raise errors.NoteNotFound()
    origin = Note.objects.select_related("repost_of").get(code=code)
    origin = origin.repost_of or origin
    if origin.author_id == author_id or origin.visibility != Visibility.PUBLIC or origin.state != "published":
        raise errors.RepostPointless()
    if not rows.list_cards([origin.pk], viewer_id=author_id):
        raise errors.NoteNotFound()
    draft = rules.clean_draft(NoteDraft(text=text, language=origin.language))
    locked.check_not_suspended(author_id)
    limits.hit(bucket="notes.publish", key=str(author_id), limit=PUBLISHED_PER_HOUR, window_s=3600)
    verdict = judge(author_id, draft, origin.code, now) if draft.text else ports.Verdict("accept")
    with transaction.atomic():
        new = _create(author_id, draft, key or (None if text else f"repost:{origin.code}"), now, origin.pk)
        note = locked.lock_own(new, author_id)
        if note.state == ContentState.DRAFT:
            _go_out(note, verdict, now)
            fact: dict[str, Any] = {"note_id": origin.pk, "code": origin.code, "author_id": origin.author_id}
            outbox.publish(NoteReposted(**fact, person_id=author_id, repost_code=new, at=now))
    return new


def check_complete(draft: NoteDraft, *, is_repost: bool = False) -> None:
    """Refuse what shows nothing, or hides who paid for it.

    :raises NoteEmpty: neither words nor pictures nor a film.
    :raises SponsorMissing: sponsored, but not by whom.
    """
    if not (draft.text or draft.title or draft.pictures or draft.video or is_repost):
        raise errors.NoteEmpty()
    if draft.is_sponsored and not draft.sponsor:
        raise errors.SponsorMissing()


def judge(
    author_id: int, draft: NoteDraft, context: str, now: datetime, *, refuse: bool = True
) -> ports.Verdict:
    """Ask the guards about a note.

    :raises ContentRefused: one refuses it (with `refuse`).
    """
    text = "\n".join(part for part in (draft.title, draft.text, *draft.details.values()) if part)
    publication = ports.Publication(
        kind="note",
        author_id=author_id,
        text=text,
        language=draft.language,
        links=rules.find_links(text),
        mentions=len(rules.find_mentions(text)),
        picture_digests=tuple(str(kept.get("digest", "")) for kept in draft.pictures or ()),
        context=context,
    )
    return accepted(ports.judge(publication, at=now), refuse=refuse)


def accepted(verdict: ports.Verdict, *, refuse: bool = True) -> ports.Verdict:
    """The verdict, unless it is a refusal.

    :raises ContentRefused: it is one.
    """
    if refuse and verdict.action == "refuse":
        reasons = [worded(finding.message, finding.params) for finding in verdict.findings]
        raise errors.ContentRefused(
            reason=" ".join(reasons), findings=[finding.code for finding in verdict.findings]
        )
    return verdict


def named_people(author_id: int, text: str, *, also: tuple[int, ...] = ()) -> list[int]:
    """Whom a text names: people who follow the author or are followed by them, and those in the talk.

    Strangers cannot be called this way, which takes the point out of mention spam.
    """
    candidates = rules.find_mentions(text)
    if not candidates:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _NAMED, {"names": list(rules.beginnings(candidates)), "me": author_id, "also": list(also)}
        )
        known = {nickname: person_id for person_id, nickname in reversed(cursor.fetchall())}
    names = [rules.longest_name(candidate, known) for candidate in candidates]
    return list(dict.fromkeys(known[name] for name in names if name))


def _create(
    author_id: int, draft: NoteDraft, key: str | None, now: datetime, repost_of_id: int | None = None
) -> str:
    with transaction.atomic():
        code = ids.new_code()
        row = Note(code=code, author_id=author_id, created_at=now, repost_of_id=repost_of_id)
        row.client_key = key[:64] if key else None
        Note.objects.bulk_create([row], ignore_conflicts=key is not None)
        mine = Note.objects.select_for_update(of=("self",), no_key=True)
        note = mine.filter(author_id=author_id, client_key=row.client_key).first() if key else None
        note = note or mine.get(code=code)
        if note.code == code or note.state == ContentState.DRAFT:
            # The same key again: a form that was sent twice, or changed and sent again while it is a draft.
            _write(note, draft)
            note.save()
    return note.code


def _write(note: Note, draft: NoteDraft) -> None:
    """Put the draft into the locked row and into what hangs on it."""
    set_columns(note, draft)
    Pin.objects.filter(note_id=note.pk).delete()
    Pin.objects.bulk_create(
        Pin(note=note, product_id=pin.product_id, picture=pin.picture, x=pin.x, y=pin.y, position=position)
        for position, pin in enumerate(draft.pins)
    )
    _write_topics(note, rules.find_topics(f"{draft.title}\n{draft.text}"), note.created_at)
    named = named_people(note.author_id, draft.text)
    Mention.objects.filter(note_id=note.pk).exclude(person_id__in=named).delete()
    Mention.objects.bulk_create([Mention(note=note, person_id=one) for one in named], ignore_conflicts=True)


def set_columns(note: Note, draft: NoteDraft) -> None:
    """Put the draft into the columns of a row."""
    note.title, note.text, note.form = draft.title, draft.text, draft.form
    note.details, note.language = dict(draft.details), draft.language[:10]
    note.visibility, note.place = draft.visibility, draft.place
    note.audience_kind = draft.audience.kind if draft.audience else ""
    note.audience_key = draft.audience.key if draft.audience else ""
    note.is_sponsored, note.sponsor = draft.is_sponsored, draft.sponsor
    note.pictures = [dict(kept) for kept in draft.pictures or ()]
    note.video = dict(draft.video) if draft.video else None
    note.cover = note.pictures[0] if note.pictures else None
    note.quality = rules.quality(draft, picture_count=len(note.pictures), has_video=bool(note.video))


def _write_topics(note: Note, topics: dict[str, str], now: datetime) -> None:
    ordered = sorted(topics.items())
    Topic.objects.bulk_create(
        [Topic(slug=slug, name=name[:40], created_at=now) for slug, name in ordered], ignore_conflicts=True
    )
    known = list(Topic.objects.filter(slug__in=topics).values_list("pk", flat=True)) if topics else []
    NoteTopic.objects.filter(note_id=note.pk).exclude(topic_id__in=known).delete()
    NoteTopic.objects.bulk_create([NoteTopic(note=note, topic_id=pk) for pk in known], ignore_conflicts=True)


def _keep_revision(note: Note, draft: NoteDraft, now: datetime) -> None:
    """Keep how a published note read, when it reads differently now."""
    if note.published_no is None:
        return
    pictures = [dict(kept) for kept in draft.pictures or ()]
    if (note.title, note.text, note.pictures, note.details) == (
        draft.title,
        draft.text,
        pictures,
        dict(draft.details),
    ):
        return
    Revision.objects.create(
        note=note,
        number=note.revision,
        title=note.title,
        text=note.text,
        pictures=note.pictures,
        details=note.details,
        replaced_at=now,
    )
    note.revision += 1
    note.edited_at = now


def _judge_row(note: Note, now: datetime, *, refuse: bool = True) -> ports.Verdict:
    draft = NoteDraft(
        title=note.title,
        text=note.text,
        pictures=tuple(note.pictures),
        video=note.video,
        is_sponsored=note.is_sponsored,
        sponsor=note.sponsor,
        language=note.language,
        details=note.details,
    )
    check_complete(draft, is_repost=note.repost_of_id is not None)
    return judge(note.author_id, draft, note.code, now, refuse=refuse)


def _go_out(note: Note, verdict: ports.Verdict, now: datetime) -> None:
    """Publish a locked note, or let it wait for review; whom it names is told once it is in sight."""
    if verdict.action == "hold":
        locked.move_note(note, ContentState.IN_REVIEW, at=now, reason=_first_code(verdict))
        return
    locked.move_note(note, ContentState.PUBLISHED, at=now)
    tell_mentioned(note, now)


def tell_mentioned(note: Note, now: datetime) -> None:
    """Publish whom a note names."""
    named = Mention.objects.filter(note_id=note.pk).order_by("pk").values_list("person_id", flat=True)
    fact: dict[str, Any] = {"note_id": note.pk, "code": note.code, "author_id": note.author_id, "at": now}
    outbox.publish_many(PersonMentioned(**fact, person_id=person_id) for person_id in named)


def _check_products(draft: NoteDraft) -> None:
    wanted = {pin.product_id for pin in draft.pins}
    if wanted - set(catalog_queries.list_cards(wanted, language="en") if wanted else {}):
        raise errors.ProductUnknown()


def _first_code(verdict: ports.Verdict) -> str:
    return verdict.findings[0].code if verdict.findings else "review"

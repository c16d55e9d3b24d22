"""Opening a challenge, entering it once, choosing, and the end by the clock."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction

from jishi.kernel import audit, clock, limits, outbox
from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications
from jishi.social.challenges import queries, rules
from jishi.social.challenges.contracts import TOP_SCORE, ChallengeDraft, Method, Stage
from jishi.social.challenges.errors import (
    AccountTooNew,
    ChallengeInvalid,
    ChallengeNotFound,
    EnteredAlready,
    EntryNotFound,
    NotAJudge,
    NoteUnfit,
    NotOpen,
    OwnEntry,
    ScoreInvalid,
    VotedToday,
)
from jishi.social.challenges.events import ChallengeEnded
from jishi.social.challenges.models import Challenge, Entry, Judge, Voice

BATCH = 20
MAX_REASON = 300
FITTING = """
SELECT n.id FROM notes_note n
JOIN notes_notetopic nt ON nt.note_id = n.id JOIN notes_topic t ON t.id = nt.topic_id
WHERE n.code = %s AND n.author_id = %s AND n.state = 'published' AND n.visibility = 'public'
  AND t.slug = %s AND n.published_at >= %s
"""


def open_challenge(*, host_id: int, draft: ChallengeDraft, at: datetime | None = None) -> str:
    """Announce a challenge; returns its code. Its terms never change afterwards.

    :raises OperatorRequired: only the house announces challenges.
    :raises ChallengeInvalid: something about the draft cannot be.
    """
    moment = clock.at_or_now(at)
    people.require_operator(person_id=host_id)
    topic = "".join(draft.topic.split()).strip("#").lower()
    if not 1 <= len(topic) <= 40:
        raise ChallengeInvalid(field="topic")
    if field := rules.fault(draft, moment):
        raise ChallengeInvalid(field=field)
    if len(people.list_people(set(draft.judge_ids))) != len(set(draft.judge_ids)):
        raise ChallengeInvalid(field="judges")
    with transaction.atomic():
        row = Challenge.objects.create(
            host_id=host_id,
            topic=topic,
            title=" ".join(draft.title.split()),
            rules=draft.rules.strip(),
            prize=" ".join(draft.prize.split()),
            winner_count=draft.winner_count,
            method=draft.method,
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
            judged_at=draft.judged_at,
            created_at=moment,
        )
        Judge.objects.bulk_create(
            Judge(challenge=row, person_id=judge) for judge in sorted(set(draft.judge_ids))
        )
        audit.record(actor_id=host_id, action="challenges.open", subject=f"challenge:{row.code}")
    return row.code


def enter(*, person_id: int, code: str, note_code: str, at: datetime | None = None) -> str:
    """Enter with one's own public note on the topic; returns the entry's code, the same for the same note.

    Reads the note and its topics in the domain below with one statement.

    :raises ChallengeNotFound: there is none.
    :raises NotOpen: entries are not taken now.
    :raises NoteUnfit: the note is not the author's own, not public, too old, or lacks the topic.
    :raises EnteredAlready: with another note.
    """
    moment = clock.at_or_now(at)
    row = _found(code)
    if _stage(row, moment) != Stage.RUNNING:
        raise NotOpen
    with connection.cursor() as cursor:
        cursor.execute(FITTING, [note_code, person_id, row.topic, row.starts_at])
        note = cursor.fetchone()
    if note is None or Judge.objects.filter(challenge=row, person_id=person_id).exists():
        raise NoteUnfit
    try:
        with transaction.atomic():
            made = Entry.objects.create(
                challenge=row, note_id=note[0], person_id=person_id, created_at=moment
            )
    except IntegrityError:
        known = Entry.objects.filter(challenge=row, person_id=person_id, note_id=note[0]).first()
        if known is None:
            raise EnteredAlready from None
        return known.code
    return made.code


def score(*, judge_id: int, entry_code: str, points: int, at: datetime | None = None) -> None:
    """Give an entry points; a judge may change them until the end.

    :raises EntryNotFound: there is none.
    :raises NotAJudge: only named judges do.
    :raises OwnEntry: it is the judge's own.
    :raises ScoreInvalid: not between 1 and 10.
    :raises NotOpen: the challenge has not begun or has ended.
    """
    moment = clock.at_or_now(at)
    entry = _entry(entry_code)
    if not Judge.objects.filter(challenge=entry.challenge, person_id=judge_id).exists():
        raise NotAJudge
    if entry.person_id == judge_id:
        raise OwnEntry
    if not 1 <= points <= TOP_SCORE:
        raise ScoreInvalid(top=TOP_SCORE)
    with transaction.atomic():
        _still_open(entry, moment)
        Voice.objects.update_or_create(
            entry=entry,
            person_id=judge_id,
            day=None,
            defaults={"challenge": entry.challenge, "points": points, "at": moment},
        )


def vote(*, person_id: int, entry_code: str, at: datetime | None = None) -> None:
    """Vote for an entry: once a day in a challenge, with an account that was not opened for it.

    :raises EntryNotFound: there is none.
    :raises OwnEntry: it is the voter's own.
    :raises AccountTooNew: the account is younger than three days.
    :raises NotOpen: nobody votes here, or not now.
    :raises VotedToday: this person voted today.
    :raises RateLimited: too many tries in a short time.
    """
    moment = clock.at_or_now(at)
    entry = _entry(entry_code)
    if entry.challenge.method != Method.VOTE:
        raise NotOpen
    if entry.person_id == person_id:
        raise OwnEntry
    if moment - people.get_profile(person_id).joined_at < rules.VOTES_AFTER:
        raise AccountTooNew
    limits.hit(bucket="challenges.vote", key=str(person_id), limit=30, window_s=600)
    try:
        with transaction.atomic():
            _still_open(entry, moment)
            Voice.objects.create(
                challenge=entry.challenge,
                entry=entry,
                person_id=person_id,
                points=1,
                day=rules.day_of(moment),
                at=moment,
            )
    except IntegrityError:
        raise VotedToday from None


def end_due(at: datetime) -> int:
    """Write down the winners of challenges whose time is over and tell them; returns how many ended.

    What moderation hid waits: it ends when it is shown again.
    """
    with transaction.atomic():
        due = Challenge.objects.select_for_update(skip_locked=True).filter(
            ended_at__isnull=True, hidden_at__isnull=True, judged_at__lte=at
        )
        rows = list(due.order_by("pk")[:BATCH])
        for row in rows:
            _end(row, at)
    return len(rows)


def call_off(*, operator_id: int, code: str, reason: str, at: datetime | None = None) -> None:
    """End a challenge without winners and tell everybody who entered why.

    :raises OperatorRequired: only the house does.
    :raises ChallengeInvalid: no reason, or too long a one.
    :raises ChallengeNotFound: there is none.
    :raises NotOpen: it has ended.
    """
    moment = clock.at_or_now(at)
    people.require_operator(person_id=operator_id)
    words = " ".join(reason.split())
    if not 1 <= len(words) <= MAX_REASON:
        raise ChallengeInvalid(field="reason")
    with transaction.atomic():
        row = Challenge.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise ChallengeNotFound
        if row.ended_at is not None:
            raise NotOpen
        row.ended_at, row.called_off = moment, words
        row.save(update_fields=["ended_at", "called_off"])
        entrants = list(Entry.objects.filter(challenge=row).values_list("person_id", flat=True))
        notifications.notify_many(
            person_ids=entrants,
            kind="challenge_called_off",
            params={"title": row.title, "reason": words},
            url=f"/challenges/{row.code}/",
            natural_key=f"challenge:{row.code}:off",
            at=moment,
        )
        audit.record(
            actor_id=operator_id,
            action="challenges.call_off",
            subject=f"challenge:{row.code}",
            detail={"reason": words},
        )


def hide(*, code: str, at: datetime | None = None) -> None:
    """Take a challenge out of sight; hiding it again changes nothing."""
    Challenge.objects.filter(code=code, hidden_at__isnull=True).update(hidden_at=clock.at_or_now(at))


def restore(*, code: str) -> None:
    """Show a hidden challenge again."""
    Challenge.objects.filter(code=code).update(hidden_at=None)


def _end(row: Challenge, at: datetime) -> None:
    entries = {entry.pk: entry for entry in Entry.objects.filter(challenge=row)}
    points = queries.points_of(list(entries))
    # Whoever was hidden by moderation in the meantime cannot win.
    standing = queries.list_standing(entry.note_id for entry in entries.values())
    order = rules.ranked(
        (pk, *points[pk]) for pk, entry in entries.items() if pk in points and entry.note_id in standing
    )
    winners = [entries[pk] for pk in order[: row.winner_count]]
    for rank, entry in enumerate(winners, 1):
        entry.rank = rank
    Entry.objects.bulk_update(winners, ["rank"])
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    for entry in winners:
        notifications.notify(
            person_id=entry.person_id,
            kind="challenge_won",
            params={"title": row.title, "rank": entry.rank, "prize": row.prize},
            url=f"/challenges/{row.code}/",
            natural_key=f"challenge:{row.code}",
            at=at,
        )
    outbox.publish(
        ChallengeEnded(
            code=row.code,
            host_id=row.host_id,
            winner_ids=[entry.person_id for entry in winners],
            entry_count=len(entries),
            at=at,
        )
    )


def _found(code: str) -> Challenge:
    row = Challenge.objects.filter(code=code).first()
    if row is None or row.hidden_at is not None:
        raise ChallengeNotFound
    return row


def _entry(code: str) -> Entry:
    row = Entry.objects.select_related("challenge").filter(code=code).first()
    if row is None or row.challenge.hidden_at is not None:
        raise EntryNotFound
    if row.note_id not in queries.list_standing([row.note_id]):
        raise EntryNotFound
    return row


def _still_open(entry: Entry, at: datetime) -> None:
    """Hold the challenge open while a voice is written: it ends before or after, never in between."""
    row = Challenge.objects.select_for_update(of=("self",), no_key=True).get(pk=entry.challenge_id)
    if _stage(row, at) not in (Stage.RUNNING, Stage.JUDGING) or at >= row.judged_at:
        raise NotOpen


def _stage(row: Challenge, at: datetime) -> Stage:
    return rules.stage_of(starts_at=row.starts_at, ends_at=row.ends_at, ended_at=row.ended_at, at=at)

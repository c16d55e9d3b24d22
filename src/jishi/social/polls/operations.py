"""Attaching a poll to a note, voting once, closing by the clock with a draw that anybody can repeat."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from jishi.kernel import clock, limits, outbox, policy
from jishi.people.notifications import operations as notifications
from jishi.social.notes import ports as publishing
from jishi.social.notes.errors import ContentRefused
from jishi.social.polls import queries, rules
from jishi.social.polls.contracts import PollDraft, PollKind
from jishi.social.polls.errors import (
    ChoiceInvalid,
    NothingToClaim,
    NotTheNotesAuthor,
    PollClosed,
    PollExists,
    PollInvalid,
    PollNotFound,
    PrizeTooHigh,
    VotedAlready,
)
from jishi.social.polls.events import PollClosed as PollEnded
from jishi.social.polls.models import Ballot, Option, Poll, Winner

BATCH = 50
NOTE = "SELECT id, author_id FROM notes_note WHERE code = %s AND state <> 'removed' FOR SHARE"


def attach(*, author_id: int, note_code: str, draft: PollDraft, at: datetime | None = None) -> str:
    """Put a poll or prize quiz under one's own note; returns its code. It can never be changed afterwards.

    Reads the note's row in the domain below and holds it, so that it cannot be removed meanwhile.

    :raises PollNotFound: there is no such note.
    :raises NotTheNotesAuthor: it is somebody else's.
    :raises PollInvalid: something about the draft cannot be.
    :raises PrizeTooHigh: the rules of this place do not allow such a prize.
    :raises ContentRefused: a guard refuses the words.
    :raises PollExists: the note has one.
    """
    moment = clock.at_or_now(at)
    wanted = rules.clean(draft)
    if field := rules.fault(wanted, moment):
        raise PollInvalid(field=field)
    cap = policy.pack().get("prizes.max_value_minor", None)
    if cap is not None and wanted.prize_value_minor > cap:
        raise PrizeTooHigh
    text = "\n".join([wanted.question, *wanted.options, wanted.prize])
    said = publishing.Publication(kind="poll", author_id=author_id, text=text, context=note_code)
    verdict = publishing.judge(said, at=moment)
    if verdict.action != "accept":
        # A poll has no state of its own to wait in: what a guard would hold is refused.
        raise ContentRefused(reason=verdict.findings[0].message % verdict.findings[0].params)
    try:
        with transaction.atomic():
            return _write(author_id, note_code, wanted, moment)
    except IntegrityError:
        raise PollExists from None


def vote(*, person_id: int, code: str, positions: Iterable[int], at: datetime | None = None) -> None:
    """Answer once; the answer stands.

    :raises PollNotFound: there is none for this person.
    :raises ChoiceInvalid: no option, an unknown one, or several where one may be chosen.
    :raises PollClosed: voting is over.
    :raises VotedAlready: this person answered before.
    :raises RateLimited: too many votes in a short time.
    """
    moment = clock.at_or_now(at)
    chosen = sorted(set(positions))
    seen = queries.get_poll(code, viewer_id=person_id)
    known = {option.position for option in seen.options}
    if not chosen or not set(chosen) <= known or (len(chosen) > 1 and not seen.is_multiple):
        raise ChoiceInvalid
    limits.hit(bucket="polls.vote", key=str(person_id), limit=60, window_s=600)
    try:
        with transaction.atomic():
            poll = Poll.objects.select_for_update().get(code=code)
            if poll.closed_at is not None or poll.hidden_at is not None or moment >= poll.closes_at:
                raise PollClosed
            right = set(Option.objects.filter(poll=poll, is_right=True).values_list("position", flat=True))
            Ballot.objects.create(
                poll=poll,
                person_id=person_id,
                positions=chosen,
                is_right=bool(right) and right == set(chosen),
                created_at=moment,
            )
            Option.objects.filter(poll=poll, position__in=chosen).update(vote_count=F("vote_count") + 1)
            Poll.objects.filter(pk=poll.pk).update(voter_count=F("voter_count") + 1)
    except IntegrityError:
        raise VotedAlready from None


def close_due(at: datetime) -> int:
    """Close polls whose time is over, draw the winners of quizzes and tell them; returns how many.

    What moderation hid waits: it is closed when it is shown again.
    """
    with transaction.atomic():
        due = Poll.objects.select_for_update(skip_locked=True).filter(
            closed_at__isnull=True, hidden_at__isnull=True, closes_at__lte=at
        )
        rows = list(due.order_by("pk")[:BATCH])
        for poll in rows:
            _close(poll, at)
    return len(rows)


def claim(*, person_id: int, code: str, at: datetime | None = None) -> None:
    """Say that one wants the prize; claiming twice changes nothing.

    :raises PollNotFound: there is none for this person.
    :raises NothingToClaim: not among the winners, or the time for it is over.
    """
    moment = clock.at_or_now(at)
    queries.get_poll(code, viewer_id=person_id)
    with transaction.atomic():
        won = Winner.objects.select_for_update().filter(poll__code=code, person_id=person_id).first()
        if won is None or (won.claimed_at is None and moment > won.claim_until):
            raise NothingToClaim
        if won.claimed_at is None:
            won.claimed_at = moment
            won.save(update_fields=["claimed_at"])
            _tell(won.poll, won.poll.author_id, "prize_claimed", f"claim:{won.pk}", moment)


def hide(*, code: str, at: datetime | None = None) -> None:
    """Take a poll out of sight; hiding it again changes nothing."""
    Poll.objects.filter(code=code, hidden_at__isnull=True).update(hidden_at=clock.at_or_now(at))


def restore(*, code: str) -> None:
    """Show a hidden poll again."""
    Poll.objects.filter(code=code).update(hidden_at=None)


def _write(author_id: int, note_code: str, draft: PollDraft, at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [note_code])
        row = cursor.fetchone()
    if row is None:
        raise PollNotFound
    if row[1] != author_id:
        raise NotTheNotesAuthor
    is_quiz = draft.kind == PollKind.QUIZ
    seed = secrets.token_hex(32) if is_quiz else ""
    poll = Poll.objects.create(
        note_id=row[0],
        author_id=author_id,
        kind=draft.kind,
        question=draft.question,
        is_multiple=draft.is_multiple,
        closes_at=draft.closes_at,
        created_at=at,
        prize=draft.prize,
        prize_count=draft.prize_count if is_quiz else 0,
        prize_value_minor=draft.prize_value_minor if is_quiz else 0,
        seed=seed,
        commitment=rules.commitment_of(seed) if is_quiz else "",
    )
    Option.objects.bulk_create(
        Option(poll=poll, position=number, text=text, is_right=number in draft.right)
        for number, text in enumerate(draft.options)
    )
    return poll.code


def _close(poll: Poll, at: datetime) -> None:
    poll.closed_at = at
    winners: list[Winner] = []
    if poll.kind == PollKind.QUIZ:
        ballots = {ballot.code: ballot for ballot in Ballot.objects.filter(poll=poll)}
        # The author knows the answers, so they are never drawn.
        right = [code for code, one in ballots.items() if one.is_right and one.person_id != poll.author_id]
        poll.entry_digest, poll.right_count = rules.digest_of(ballots), len(right)
        drawn = rules.draw(
            seed=poll.seed, entry_digest=poll.entry_digest, right=right, count=poll.prize_count
        )
        winners = [
            Winner(
                poll=poll,
                ballot=ballots[code],
                person_id=ballots[code].person_id,
                rank=rank,
                claim_until=at + rules.CLAIM_FOR,
            )
            for rank, code in enumerate(drawn, 1)
        ]
        Winner.objects.bulk_create(winners)
    poll.save()
    for won in winners:
        _tell(poll, won.person_id, "prize_won", f"won:{poll.code}", at)
    _tell(poll, poll.author_id, "poll_closed", f"closed:{poll.code}", at)
    outbox.publish(
        PollEnded(
            code=poll.code,
            note_id=poll.note_id,
            author_id=poll.author_id,
            kind=poll.kind,
            voter_count=poll.voter_count,
            winner_ids=[won.person_id for won in winners],
            at=at,
        )
    )


def _tell(poll: Poll, person_id: int, kind: str, key: str, at: datetime) -> None:
    notifications.notify(
        person_id=person_id,
        kind=kind,
        params={"question": poll.question, "prize": poll.prize},
        url=f"/polls/{poll.code}/",
        natural_key=f"polls:{key}",
        at=at,
    )


def forget(*, person_id: int) -> None:
    """Blank what a person asked; the answers of others stay countable."""
    with transaction.atomic():
        mine = Poll.objects.filter(author_id=person_id)
        Option.objects.filter(poll__in=mine).update(text="")
        mine.update(question="", prize="")

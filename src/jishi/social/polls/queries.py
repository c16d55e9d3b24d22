"""Reading polls. Who may see the note may see the poll; counts are shown after voting or at the end."""

from collections.abc import Iterable, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from jishi.kernel import clock
from jishi.people.accounts import queries as people
from jishi.social.notes import queries as notes
from jishi.social.polls.contracts import (
    DrawEntryView,
    DrawView,
    OptionView,
    PollKind,
    PollRef,
    PollView,
    WinnerView,
)
from jishi.social.polls.errors import PollNotFound
from jishi.social.polls.models import Ballot, Option, Poll, Winner


def get_poll(code: str, *, viewer_id: int | None) -> PollView:
    """A poll as somebody sees it.

    :raises PollNotFound: there is none, or its note is not for this viewer.
    """
    poll = Poll.objects.filter(code=code).first()
    note_code = note_code_of(poll.note_id) if poll is not None else ""
    if poll is None or notes.find_note_id(note_code, viewer_id=viewer_id) is None:
        raise PollNotFound
    if _is_away(poll, viewer_id):
        raise PollNotFound
    return _read(poll, note_code, viewer_id)


def find_poll_of(note_code: str, *, viewer_id: int | None) -> PollView | None:
    """The poll of a note that the caller has shown to this viewer, if the note has one."""
    mine = Ballot.objects.filter(poll=OuterRef("pk"), person_id=viewer_id or 0).values("positions")
    options = Option.objects.filter(poll=OuterRef("pk")).order_by("position")
    fields = ("position", "text", "is_right", "vote_count")
    # One statement: this stands on the page of a note, which has many other things to ask.
    row = (
        Poll.objects.filter(note__code=note_code)
        .annotate(
            chosen=Subquery(mine[:1]),
            rows=ArraySubquery(options.values(row=JSONObject(**{name: name for name in fields}))),
        )
        .first()
    )
    if row is None or _is_away(row, viewer_id):
        return None
    rows = [Option(poll=row, **one) for one in row.rows]
    ballot = None if row.chosen is None else Ballot(poll=row, positions=row.chosen)
    return _view(row, note_code, viewer_id, rows=rows, mine=ballot)


def find_content(code: str) -> PollRef | None:
    """A poll for moderators, hidden or not."""
    row = Poll.objects.filter(code=code).first()
    if row is None:
        return None
    texts = [one.text for one in Option.objects.filter(poll=row).order_by("position")]
    text = "\n".join([*texts, row.prize] if row.prize else texts)
    return PollRef(row.code, row.author_id, row.question, text, row.hidden_at is not None)


def get_draw(code: str, *, viewer_id: int | None) -> DrawView:
    """What is needed to repeat the draw of a quiz; a poll without prizes has an empty one.

    The author's own answer is never drawn and stands among the wrong ones.

    :raises PollNotFound: there is none, or its note is not for this viewer.
    """
    seen = get_poll(code, viewer_id=viewer_id)
    if not seen.seed:
        return DrawView(code, seen.commitment)
    ballots = Ballot.objects.filter(poll__code=code).order_by("code")
    drawn = Winner.objects.filter(poll__code=code).order_by("rank")
    return DrawView(
        code=code,
        commitment=seen.commitment,
        seed=seen.seed,
        entry_digest=seen.entry_digest,
        right_count=seen.right_count,
        entries=tuple(
            DrawEntryView(one.code, one.is_right and one.person_id != seen.author_id) for one in ballots
        ),
        winners=tuple(drawn.values_list("ballot__code", flat=True)),
    )


def note_code_of(note_id: int) -> str:
    """The code of a note, read from the domain below."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM notes_note WHERE id = %s", [note_id])
        row = cursor.fetchone()
    return "" if row is None else str(row[0])


def list_drifted(*, limit: int = 10) -> list[str]:
    """Polls whose counters differ from their ballots; for `jishi verify`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.code FROM polls_poll p WHERE p.voter_count <>
                (SELECT count(*) FROM polls_ballot b WHERE b.poll_id = p.id)
            UNION SELECT p.code FROM polls_option o JOIN polls_poll p ON p.id = o.poll_id
            WHERE o.vote_count <> (SELECT count(*) FROM polls_ballot b
                WHERE b.poll_id = o.poll_id AND b.positions @> to_jsonb(o.position::int))
            ORDER BY 1 LIMIT %s
            """,
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _is_away(poll: Poll, viewer_id: int | None) -> bool:
    """Whether moderation took a poll out of everybody's sight but its author's."""
    return poll.hidden_at is not None and poll.author_id != viewer_id


def _read(poll: Poll, note_code: str, viewer_id: int | None) -> PollView:
    rows = list(Option.objects.filter(poll=poll).order_by("position"))
    mine = Ballot.objects.filter(poll=poll, person_id=viewer_id).first() if viewer_id else None
    return _view(poll, note_code, viewer_id, rows=rows, mine=mine)


def _view(
    poll: Poll, note_code: str, viewer_id: int | None, *, rows: Sequence[Option], mine: Ballot | None
) -> PollView:
    is_open = poll.closed_at is None and poll.hidden_at is None and clock.now() < poll.closes_at
    shows = poll.closed_at is not None or mine is not None or poll.author_id == viewer_id
    winners = list(Winner.objects.filter(poll=poll).order_by("rank")) if poll.closed_at else []
    own = next((row for row in winners if row.person_id == viewer_id), None)
    return PollView(
        code=poll.code,
        note_code=note_code,
        author_id=poll.author_id,
        kind=poll.kind,
        question=poll.question,
        options=_options(poll, rows, mine, shows=shows),
        is_multiple=poll.is_multiple,
        voter_count=poll.voter_count,
        closes_at=poll.closes_at,
        is_open=is_open,
        has_voted=mine is not None,
        shows_results=shows,
        prize=poll.prize,
        prize_count=poll.prize_count,
        prize_value_minor=poll.prize_value_minor,
        commitment=poll.commitment,
        seed=poll.seed if poll.closed_at else "",
        entry_digest=poll.entry_digest,
        right_count=poll.right_count,
        winners=_winners(winners),
        won=own is not None,
        claim_until=own.claim_until if own else None,
        is_claimed=bool(own and own.claimed_at),
    )


def _options(
    poll: Poll, rows: Iterable[Option], mine: Ballot | None, *, shows: bool
) -> tuple[OptionView, ...]:
    chosen = set(mine.positions) if mine else set()
    total = poll.voter_count
    tells = poll.kind == PollKind.QUIZ and poll.closed_at is not None
    return tuple(
        OptionView(
            position=row.position,
            text=row.text,
            is_mine=row.position in chosen,
            count=row.vote_count if shows else None,
            share_bps=(row.vote_count * 10_000 // total if total else 0) if shows else None,
            is_right=row.is_right if tells else None,
        )
        for row in rows
    )


def _winners(rows: list[Winner]) -> tuple[WinnerView, ...]:
    known = people.list_people({row.person_id for row in rows})
    return tuple(WinnerView(row.rank, known.get(row.person_id), row.claimed_at is not None) for row in rows)

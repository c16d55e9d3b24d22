"""Reading challenges. Points of a jury stay hidden until the end; votes are shown as they come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Count, Sum

from jishi.kernel import clock
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as people
from jishi.social.challenges import rules
from jishi.social.challenges.contracts import (
    BoardLine,
    ChallengeCard,
    ChallengeDesk,
    ChallengeView,
    EntryView,
    Method,
    Stage,
)
from jishi.social.challenges.errors import ChallengeNotFound
from jishi.social.challenges.models import Challenge, Entry, Judge, Voice

SHOWN = 60
MOST = 10_000
PAGE = 20
STANDING = "SELECT id FROM notes_note WHERE id = ANY(%s) AND state = 'published' AND visibility = 'public'"


def get_challenge(code: str, *, viewer_id: int | None, at: datetime | None = None) -> ChallengeView:
    """A challenge with its entries, the best first as far as that may be known.

    :raises ChallengeNotFound: there is none.
    """
    moment = clock.at_or_now(at)
    row = Challenge.objects.filter(code=code).first()
    if row is None or (row.hidden_at is not None and row.host_id != viewer_id):
        raise ChallengeNotFound
    return _page(row, viewer_id, moment)


def get_desk(code: str, *, operator_id: int) -> ChallengeDesk:
    """A challenge for operators, hidden or not, with the points of every entry.

    :raises ChallengeNotFound: there is none.
    """
    row = Challenge.objects.filter(code=code).first()
    if row is None:
        raise ChallengeNotFound
    entries = list(Entry.objects.filter(challenge=row).order_by("rank", "pk"))
    judges = list(Judge.objects.filter(challenge=row).order_by("pk").values_list("person_id", flat=True))
    points = points_of([entry.pk for entry in entries])
    mine = dict(
        Voice.objects.filter(challenge=row, person_id=operator_id, day=None).values_list("entry_id", "points")
    )
    known = people.list_people({row.host_id, *judges, *(entry.person_id for entry in entries)})
    standing = list_standing(entry.note_id for entry in entries)
    board = [
        BoardLine(
            code=entry.code,
            note_id=entry.note_id,
            author=known.get(entry.person_id),
            points=points.get(entry.pk, (0, 0))[0],
            voices=points.get(entry.pk, (0, 0))[1],
            rank=entry.rank,
            my_points=mine.get(entry.pk),
            is_standing=entry.note_id in standing,
        )
        for entry in entries
    ]
    board.sort(key=lambda line: (line.rank or MOST, -line.points, -line.voices))
    return ChallengeDesk(
        card=_card(row, len(entries), clock.now()),
        rules=row.rules,
        winner_count=row.winner_count,
        judges=tuple(known[judge] for judge in judges if judge in known),
        is_judge=operator_id in judges,
        is_host=row.host_id == operator_id,
        board=tuple(board),
    )


def find_content(code: str) -> tuple[int, str, str, bool] | None:
    """Host, title, rules with the prize, and whether it is hidden; for moderators."""
    row = Challenge.objects.filter(code=code).first()
    if row is None:
        return None
    return row.host_id, row.title, f"{row.rules}\n{row.prize}", row.hidden_at is not None


def _page(row: Challenge, viewer_id: int | None, moment: datetime) -> ChallengeView:
    entries = list(Entry.objects.filter(challenge=row).order_by("rank", "-pk")[:SHOWN])
    judges = list(Judge.objects.filter(challenge=row).order_by("pk").values_list("person_id", flat=True))
    known = people.list_people({row.host_id, *judges})
    mine = list(Voice.objects.filter(challenge=row, person_id=viewer_id)) if viewer_id else []
    card = _card(row, Entry.objects.filter(challenge=row).count(), moment)
    open_votes = row.method == Method.VOTE and card.stage in (Stage.RUNNING, Stage.JUDGING)
    return ChallengeView(
        card=card,
        rules=row.rules,
        host=known.get(row.host_id),
        winner_count=row.winner_count,
        judges=tuple(known[judge] for judge in judges if judge in known),
        is_judge=viewer_id in judges,
        is_host=viewer_id == row.host_id,
        has_entered=any(entry.person_id == viewer_id for entry in entries)
        or (viewer_id is not None and Entry.objects.filter(challenge=row, person_id=viewer_id).exists()),
        may_vote=open_votes and viewer_id is not None,
        voted_today=any(voice.day == rules.day_of(moment) for voice in mine),
        entries=_entries(row, entries, mine, card.stage),
    )


def page_challenges(*, cursor: str | None = None, with_hidden: bool = False) -> Page[ChallengeCard]:
    """Challenges, the newest first; operators see hidden ones as well."""
    rows = Challenge.objects.annotate(n=Count("entries"))
    if not with_hidden:
        rows = rows.filter(hidden_at__isnull=True)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    moment = clock.now()
    return Page([_card(row, row.n, moment) for row in found], encode_cursor(found[-1].pk) if more else None)


def points_of(entries: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Points and number of voices of entries; an entry nobody chose is absent."""
    rows = Voice.objects.filter(entry__in=entries).order_by().values_list("entry_id")
    return {entry: (points, voices) for entry, points, voices in rows.annotate(Sum("points"), Count("pk"))}


def list_standing(note_ids: Iterable[int]) -> set[int]:
    """Which notes can still be seen by everybody, read from the domain below."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [list(note_ids)])
        return {row[0] for row in cursor.fetchall()}


def _entries(
    row: Challenge, entries: Sequence[Entry], mine: Iterable[Voice], stage: str
) -> tuple[EntryView, ...]:
    shows = stage == Stage.ENDED or row.method == Method.VOTE
    points = points_of([entry.pk for entry in entries])
    given = {voice.entry_id: voice.points for voice in mine}
    standing = list_standing(entry.note_id for entry in entries)
    views = [
        EntryView(
            code=entry.code,
            note_id=entry.note_id,
            author_id=entry.person_id,
            points=points.get(entry.pk, (0, 0))[0] if shows else None,
            rank=entry.rank,
            my_points=given.get(entry.pk),
        )
        for entry in entries
        if entry.note_id in standing
    ]
    if stage == Stage.ENDED or not shows:
        return tuple(views)
    return tuple(sorted(views, key=lambda view: -(view.points or 0)))


def _card(row: Challenge, entry_count: int, at: datetime) -> ChallengeCard:
    return ChallengeCard(
        code=row.code,
        title=row.title,
        topic=row.topic,
        prize=row.prize,
        stage=rules.stage_of(starts_at=row.starts_at, ends_at=row.ends_at, ended_at=row.ended_at, at=at),
        method=row.method,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        judged_at=row.judged_at,
        entry_count=entry_count,
        called_off=row.called_off,
        is_hidden=row.hidden_at is not None,
    )

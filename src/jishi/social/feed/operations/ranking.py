"""The hot list: who gives their attention to what, weighed, made into a ranking that is never changed.

One person counts once per note, with the strongest thing they did. New accounts, people who like everything
and people who like each other's things back weigh less; nobody weighs anything for their own notes. Attention
fades by half every day.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from jishi.kernel import clock
from jishi.social.feed import rules
from jishi.social.feed.contracts import Scored
from jishi.social.feed.models import RankedNote, Ranking
from jishi.social.feed.queries import sql
from jishi.social.feed.queries.home import NEW_FOR, SMALL_CIRCLE

WINDOW = timedelta(days=7)
HALF_LIFE = timedelta(days=1)
KEEP_FOR = timedelta(hours=2)
"""So long somebody can page on in a ranking that has been replaced."""
FULL_WEIGHT_ACTS = 40
"""Who does more than this in a week has one person's weight spread over all of it."""
LOCK = 727_310

_SCORES = f"""
WITH acts AS (
    SELECT note_id, person_id, 1.0 AS weight, created_at AS at FROM notes_like
    WHERE created_at > %(since)s AND created_at <= %(at)s
    UNION ALL SELECT note_id, person_id, 2.0, created_at FROM notes_favourite
    WHERE created_at > %(since)s AND created_at <= %(at)s
    UNION ALL SELECT note_id, author_id, 2.0, created_at FROM notes_comment
    WHERE created_at > %(since)s AND created_at <= %(at)s AND state = 'published'
    UNION ALL SELECT repost_of_id, author_id, 3.0, published_at FROM notes_note
    WHERE repost_of_id IS NOT NULL AND state = 'published'
      AND published_at > %(since)s AND published_at <= %(at)s
),
once AS (
    SELECT a.note_id, a.person_id, n.author_id, max(a.weight) AS weight, max(a.at) AS at
    FROM acts a JOIN notes_note n ON n.id = a.note_id AND n.author_id <> a.person_id
    GROUP BY a.note_id, a.person_id, n.author_id
),
pairs AS (SELECT DISTINCT person_id, author_id FROM once),
mutual AS (
    SELECT p.person_id, p.author_id FROM pairs p
    JOIN pairs q ON q.person_id = p.author_id AND q.author_id = p.person_id
),
doers AS (
    SELECT o.person_id, least(1.0, {FULL_WEIGHT_ACTS}::float8 / count(*)) * CASE
        WHEN u.joined_at > %(at)s - interval '1 day' THEN 0.1
        WHEN u.joined_at > %(at)s - interval '7 days' THEN 0.3
        WHEN u.joined_at > %(at)s - interval '30 days' THEN 0.7 ELSE 1 END AS weight
    FROM once o JOIN accounts_user u ON u.id = o.person_id AND u.is_active GROUP BY o.person_id, u.joined_at
)
SELECT n.id, n.author_id,
    sum(o.weight * d.weight * CASE WHEN m.person_id IS NULL THEN 1 ELSE 0.4 END
        * power(0.5, extract(epoch FROM %(at)s - o.at) / %(half_life)s))::float8 AS score,
    count(*)::int,
    coalesce(c.follower_count, 0) < %(small)s OR a.joined_at > %(new_since)s
FROM once o JOIN doers d ON d.person_id = o.person_id
JOIN notes_note n ON n.id = o.note_id AND n.published_at <= %(at)s
JOIN accounts_user a ON a.id = n.author_id AND a.is_active
LEFT JOIN mutual m ON m.person_id = o.person_id AND m.author_id = o.author_id
LEFT JOIN graph_profile c ON c.person_id = n.author_id
WHERE {sql.STRANGER}
GROUP BY n.id, n.author_id, c.follower_count, a.joined_at
ORDER BY score DESC, n.id DESC LIMIT 1000
"""  # noqa: S608  # fixed fragments only


def rank_hot(*, at: datetime | None = None) -> int:
    """Make the hot list anew; returns how many notes it ranks. Of several at once only one works."""
    moment = clock.at_or_now(at)
    scored = _scores(moment)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        latest = Ranking.objects.order_by("-pk").first()
        before: dict[int, int] = {}
        if latest is not None and latest.made_at > moment - WINDOW:
            before = dict(RankedNote.objects.filter(ranking=latest).values_list("note_id", "rank"))
        placed = rules.rank(scored, before)
        if latest is None or before != {one.note_id: place for place, one in enumerate(placed, 1)}:
            _write(placed, moment)
        _forget_old(moment)
    return len(placed)


def _scores(at: datetime) -> list[Scored]:
    params = {
        "at": at,
        "since": at - WINDOW,
        "half_life": HALF_LIFE.total_seconds(),
        "small": SMALL_CIRCLE,
        "new_since": at - NEW_FOR,
    }
    return [Scored(*row) for row in sql.run(_SCORES, params)]


def _write(placed: list[Scored], at: datetime) -> None:
    ranking = Ranking.objects.create(made_at=at)
    RankedNote.objects.bulk_create(
        [
            RankedNote(ranking=ranking, rank=rank, note_id=one.note_id, score=one.score, actors=one.actors)
            for rank, one in enumerate(placed, 1)
        ]
    )


def _forget_old(at: datetime) -> None:
    """Keep the newest ranking and those that somebody may still be paging in."""
    newest = Ranking.objects.order_by("-pk").first()
    if newest is not None:
        Ranking.objects.filter(made_at__lt=at - KEEP_FOR, pk__lt=newest.pk).delete()

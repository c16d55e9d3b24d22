"""How far a review is believed, from its signals and what other scorers say. Stars are not read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jishi.people.accounts import queries as people
from jishi.social.reviews import ports, rules
from jishi.social.reviews.models import Review

COMPARED_OWN, COMPARED_OTHERS = 50, 200
USUAL_DAYS = 60
_AFTERTHOUGHT = """
UPDATE reviews_review SET reasons = reasons || '["burst"]'::jsonb,
    authenticity_bps = greatest(%(least)s, authenticity_bps + %(points)s)
WHERE product_id = %(product)s AND created_at > %(since)s AND NOT reasons ? 'burst'
"""


@dataclass(frozen=True, slots=True)
class Score:
    """How far a review is believed, why, and its fingerprint."""

    bps: int
    codes: list[str]
    simhash: int

    @property
    def is_burst(self) -> bool:
        """Whether it came with unusually many others."""
        return "burst" in self.codes


def score(
    subject: ports.Subject,
    *,
    text: str,
    picture_count: int,
    received_at: datetime,
    written_at: datetime,
    at: datetime,
    code: str = "",
    followed_up: bool = False,
) -> Score:
    """Weigh a review that is about to be kept; ``code`` leaves its own row out of comparisons."""
    mark = rules.simhash(text)
    rest = Review.objects.exclude(code=code) if code else Review.objects.all()
    own = rest.filter(author_id=subject.author_id).order_by("-pk").values_list("text", flat=True)
    here = rest.filter(product_id=subject.product_id).exclude(author_id=subject.author_id).order_by("-pk")
    others = list(here.values_list("text", flat=True)[:COMPARED_OTHERS])
    if mark:
        same = rest.filter(simhash=mark).exclude(author_id=subject.author_id)
        others += list(same.values_list("text", flat=True)[:5])
    recent, usual = _pace(subject.product_id, written_at)
    signals = rules.Signals(
        waited=written_at - received_at,
        account_age=at - people.get_profile(subject.author_id).joined_at,
        text_length=len(rules.plain(text)),
        picture_count=picture_count,
        like_own=_most_like(text, list(own[:COMPARED_OWN])),
        like_others=_most_like(text, others),
        recent_count=recent + (0 if code else 1),
        usual_count=usual,
        followed_up=followed_up,
    )
    heard = ports.opinions(subject, signals, at=at)
    codes = rules.judge(signals)
    extra = sum(one.points for one in heard)
    return Score(rules.believe(codes, extra=extra), codes + [one.code for one in heard], mark)


def doubt_burst(product_id: int, *, at: datetime) -> None:
    """A burst is seen only when it is under way: doubt what came with it as well."""
    values: dict[str, Any] = {
        "product": product_id,
        "since": at - rules.BURST_WITHIN,
        "least": rules.LEAST_BPS,
        "points": rules.REASONS["burst"][0],
    }
    with connection.cursor() as cursor:
        cursor.execute(_AFTERTHOUGHT, values)


def _pace(product_id: int, at: datetime) -> tuple[int, float]:
    """(reviews of the last day, reviews of a usual day before it)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE created_at > %(day)s),"
            " count(*) FILTER (WHERE created_at <= %(day)s)"
            " FROM reviews_review WHERE product_id = %(product)s AND created_at > %(since)s",
            {
                "day": at - rules.BURST_WITHIN,
                "since": at - timedelta(days=USUAL_DAYS),
                "product": product_id,
            },
        )
        recent, before = cursor.fetchone()
    return int(recent), before / USUAL_DAYS


def _most_like(text: str, others: Sequence[str]) -> float:
    return max((rules.likeness(text, other) for other in others), default=0.0)

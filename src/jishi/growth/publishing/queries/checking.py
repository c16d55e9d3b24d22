"""Gathers what the check looks at: the week around, earlier pieces and notes, what rises, past results."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from jishi.growth.publishing import checks, rules
from jishi.growth.publishing.contracts import (
    Around,
    Earlier,
    Facts,
    Finding,
    Hot,
    Level,
    PieceDraft,
    PieceWhole,
    State,
)
from jishi.growth.publishing.models import Piece
from jishi.growth.publishing.queries import pieces, results
from jishi.insight.recommendation import queries as recommendation
from jishi.kernel import clock, wording
from jishi.kernel.errors import N_
from jishi.people.accounts import queries as people
from jishi.social.feed import queries as feed

LOOKED_BACK = timedelta(days=180)
HALF_WEEK = timedelta(days=3, hours=12)
EARLIER = 300


def check(whole: PieceWhole, *, at: datetime | None = None) -> tuple[Finding, ...]:
    """What speaks for and against publishing a piece as it is now."""
    draft = whole.draft
    facts = Facts(
        draft=draft,
        assets=whole.assets,
        words=rules.words_in(draft.headline, draft.text),
        house=pieces.get_house(),
        earlier=_earlier(whole.piece.id, clock.at_or_now(at)),
        week=_week(draft, whole.piece.id),
        outcomes=results.list_outcomes(),
        wanted=tuple(one.words for one in list_hot() if one.kind in ("search", "topic")),
        remarks=judge(draft),
        has_author=whole.has_author,
        at=clock.at_or_now(at),
    )
    return checks.check(facts)


def stop_at(row: Piece, *, at: datetime) -> tuple[Finding, ...]:
    """What forbids to publish a piece at this moment: rights and what is missing, nothing of taste."""
    draft, shown = pieces.load(row)
    found = [*rules.picture_faults(shown, at)]
    if not people.is_operator(draft.author_id):
        found.append(Finding("whole", Level.STOP, N_("Nobody is chosen in whose name it is published.")))
    found += [one for one in judge(draft) if one.level == Level.STOP]
    return tuple(found)


def judge(draft: PieceDraft) -> tuple[Finding, ...]:
    """What the judge of wording says."""
    found = wording.judge([draft.headline, draft.text])
    if found is None:
        return (Finding("wording", Level.UNKNOWN, N_("Nothing here looks at the wording.")),)
    return tuple(Finding("wording", Level(one.weight), one.message, dict(one.params)) for one in found)


def list_hot(*, limit: int = 12) -> tuple[Hot, ...]:
    """Searches and topics that rise now, the quickest first of each."""
    searches = [
        Hot("search", one.word, one.count, one.usual)
        for one in recommendation.list_trends("search", limit=limit)
    ]
    rising = recommendation.list_trends("topic", limit=limit)
    names = {one.id: one.name for one in feed.list_topics(limit=400)} if rising else {}
    topics = [Hot("topic", names[one.key], one.count, one.usual) for one in rising if one.key in names]
    return (*searches, *topics)


def _earlier(but: int, now: datetime) -> tuple[Earlier, ...]:
    rows = (
        Piece.objects.filter(created_at__gte=now - LOOKED_BACK).exclude(state=State.DROPPED).exclude(pk=but)
    )
    found = (
        rows.exclude(text="").order_by("-pk").values_list("code", "title", "headline", "text", "created_at")
    )
    return tuple(
        Earlier(code, headline or title, rules.words_in(headline, text), at)
        for code, title, headline, text, at in found[:EARLIER]
    )


def _week(draft: PieceDraft, but: int) -> tuple[Around, ...]:
    if draft.due_at is None:
        return ()
    rows = Piece.objects.filter(due_at__gte=draft.due_at - HALF_WEEK, due_at__lt=draft.due_at + HALF_WEEK)
    others = rows.exclude(state=State.DROPPED).exclude(pk=but).order_by("due_at", "pk")
    codes = ArrayAgg("products__product__code", filter=Q(products__isnull=False), default=[])
    found: Any = others.annotate(codes=codes).values_list("code", "title", "lane", "form", "due_at", "codes")
    return tuple(
        Around(code, title, lane, form, due_at, frozenset(wares))
        for code, title, lane, form, due_at, wares in found[:100]
    )

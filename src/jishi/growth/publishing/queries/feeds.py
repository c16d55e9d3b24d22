"""Days worth planning for, and how often each lane and channel speaks."""

from datetime import date, datetime

from django.db.models import Count

from jishi.growth.publishing import days
from jishi.growth.publishing.contracts import Day, Lane, Rhythm, State
from jishi.growth.publishing.models import Channel, Goal, Piece, Variant


def list_days(first: date, last: date) -> tuple[Day, ...]:
    """Festivals, solar terms, days of the world and shopping days of a span, both ends included."""
    return days.between(first, last)


def list_days_of(code: str) -> tuple[Day, ...]:
    """Every day that the calendar has under a code, in order; nothing for an unknown one."""
    return days.of_code(code)


def list_day_kinds() -> tuple[Day, ...]:
    """One day of each code (its first), festivals first, in the order of the year."""
    first = {one.code: one for one in reversed(days.between(date(days.FIRST_YEAR, 1, 1), days.LAST))}
    order = ("festival", "shopping", "term", "world")
    return tuple(sorted(first.values(), key=lambda one: (order.index(one.kind), one.on)))


def rhythm(since: datetime, until: datetime) -> tuple[Rhythm, ...]:
    """What each lane ("lane:…") and channel ("channel:…") is meant to have in a week, and has."""
    goals = dict(Goal.objects.values_list("lane", "weekly"))
    pieces = Piece.objects.filter(due_at__gte=since, due_at__lt=until).exclude(state=State.DROPPED)
    counts = dict(pieces.order_by().values_list("lane").annotate(n=Count("pk")))
    lanes = [Rhythm(f"lane:{lane}", goals.get(lane, 0), counts.get(lane, 0)) for lane in Lane]
    versions = Variant.objects.filter(piece__in=pieces).order_by()
    spoken = dict(versions.values_list("channel__code").annotate(n=Count("pk")))
    rows = Channel.objects.filter(is_active=True).order_by("platform", "name")
    channels = [Rhythm(f"channel:{row.code}", row.weekly_goal, spoken.get(row.code, 0)) for row in rows[:60]]
    return tuple(lanes + channels)

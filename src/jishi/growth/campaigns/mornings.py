"""When a festival's campaign lets people in: at nine where each of them lives, on the day, every year anew.

The day comes from the one calendar (publishing). A campaign goes from morning to morning around the earth;
each lets in whoever lives where that day has begun and its evening has not.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from jishi.growth.campaigns.contracts import FestivalKey, NextDay
from jishi.growth.publishing import queries as publishing
from jishi.growth.publishing.contracts import Day

MORNING, EVENING = time(9), time(21)
"""After the evening nobody comes in any more: a wish for a festival that is over is none."""
NOT_PLACES = ("Factory", "localtime", "posixrules")


def is_known(key: FestivalKey) -> bool:
    """Whether the calendar has such a day."""
    return bool(publishing.list_days_of(key.day))


def find_open(key: FestivalKey, *, since: datetime, at: datetime) -> tuple[Day, list[str]] | None:
    """The festival whose day it is somewhere, and the time zones of its people.

    `since` is the morning that is being worked: zones whose morning was earlier had theirs. A moment that is
    no zone's morning is the first look, which takes every zone where the day is on.
    """
    for day, mornings in _around(key, at):
        is_morning = any(moment == since for moment, _ in mornings)
        zones = [
            zone
            for moment, zone in mornings
            if moment <= at < moment + _span() and (moment >= since or not is_morning)
        ]
        if zones:
            return day, zones
    return None


def next_after(key: FestivalKey, moment: datetime, *, at: datetime) -> datetime | None:
    """The first morning after this moment, wherever it is, of a day that is not over; None where the calendar
    ends."""
    for day in publishing.list_days_of(key.day):
        on = day.on + timedelta(days=key.shift)
        if on >= at.date() - timedelta(days=2):
            later = [one for one, _ in mornings_of(on) if one > moment and at < one + _span()]
            if later:
                return min(later)
    return None


def next_for(key: FestivalKey, zone: str, at: datetime) -> datetime | None:
    """When somebody who lives there would come in: now, if their day is on, or at their next morning."""
    for day in publishing.list_days_of(key.day):
        morning = _morning(day.on + timedelta(days=key.shift), zone)
        if at < morning + _span():
            return max(at, morning)
    return None


def next_day(key: FestivalKey, *, at: datetime, zone: ZoneInfo) -> NextDay | None:
    """The festival that comes next for the house, and the day when people come in."""
    today = at.astimezone(zone).date()
    for day in publishing.list_days_of(key.day):
        on = day.on + timedelta(days=key.shift)
        if on >= today:
            return NextDay(day.on, day.name, on, () if key.everywhere else day.regions)
    return None


@lru_cache(maxsize=64)
def mornings_of(on: date) -> tuple[tuple[datetime, str], ...]:
    """When the morning of a day begins in every time zone, the earliest first."""
    return tuple(sorted((_morning(on, name), name) for name in _zones()))


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(name for name in available_timezones() if name not in NOT_PLACES)


def _around(key: FestivalKey, at: datetime) -> Sequence[tuple[Day, tuple[tuple[datetime, str], ...]]]:
    """The festivals that are on today, yesterday or tomorrow, with their mornings."""
    near = [at.date() + timedelta(days=n - key.shift) for n in (-1, 0, 1)]
    return [
        (day, mornings_of(day.on + timedelta(days=key.shift)))
        for day in publishing.list_days_of(key.day)
        if day.on in near
    ]


def _morning(on: date, zone: str) -> datetime:
    return datetime.combine(on, MORNING, ZoneInfo(zone)).astimezone(UTC)


def _span() -> timedelta:
    return datetime.combine(date.min, EVENING) - datetime.combine(date.min, MORNING)

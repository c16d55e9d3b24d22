"""Which steps make a journey, and which moments are quiet. Pure; what a message says is in `variables`.

Invariant: a step only ever leads to a later one, so every journey ends and one pass over the list in order
moves everybody as far as they can go.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jishi.growth.campaigns import variables
from jishi.growth.campaigns.contracts import (
    END,
    STEPS_MOST,
    Draft,
    FestivalKey,
    Kind,
    Return,
    Step,
    StepKind,
    Trigger,
)

LANGUAGES = ("zh-hans", "en")
HOUSE = ZoneInfo("Asia/Shanghai")
"""Days of the year begin here; at what hour a message comes is the person's own."""
KEY = re.compile(r"[a-z][a-z0-9]{0,11}")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
TESTS = ("bought", "clicked", "segment", "stage", "language")
FACTS = ("order_paid", "order_received", "order_expired", "note_published")
GOALS = ("", "order", "note")
PART_KINDS = ("offer", "flash", "lottery", "landing", "journey")
TEXT_MOST = 200
FESTIVE = re.compile(r"([a-z_]{2,30}):(-?\d{1,2})(:all)?")
SHIFT_MOST = 60
"""So many days before or after a festival a campaign may speak of it."""
WAIT_MOST_H = 24 * 365
SENDING = (StepKind.SEND,)
DOING = (StepKind.SEND, StepKind.PLACE, StepKind.TASK, StepKind.GRANT)
"""Steps that do something to or for somebody; at least one makes a journey."""


def draft_fault(draft: Draft) -> str:
    """Name the field that cannot be, or nothing."""
    needs_segment = draft.trigger in (Trigger.ENTERED, Trigger.LEFT)
    checks = {
        "name": 0 < len(draft.name.strip()) <= 80,
        "goal": len(draft.goal) <= 300,
        "kind": draft.kind in tuple(Kind),
        "trigger": draft.trigger in tuple(Trigger),
        "trigger_key": (draft.trigger != Trigger.FACT or draft.trigger_key in FACTS)
        and (draft.trigger != Trigger.STAGE or _is_move(draft.trigger_key))
        and (draft.trigger != Trigger.CART or (draft.trigger_key or "0").isdecimal())
        and (draft.trigger != Trigger.FESTIVAL or read_festival(draft.trigger_key) is not None)
        and len(draft.trigger_key) <= 60,
        "segment": len(draft.segment) <= 12 and not (needs_segment and not draft.segment),
        "period": draft.starts_at is None or draft.ends_at is None or draft.starts_at < draft.ends_at,
        "repeat_days": 0 <= draft.repeat_days <= 365,
        "reentry_days": 0 <= draft.reentry_days <= 365,
        "budget_minor": 0 <= draft.budget_minor < 10**12 and 0 <= draft.fixed_cost_minor < 10**12,
        "quiet": 0 <= draft.quiet_from < 1440 and 0 <= draft.quiet_to < 1440,
        "goal_kind": draft.goal_kind in GOALS,
        "goal_days": 1 <= draft.goal_days <= 60,
    }
    return next((field for field, holds in checks.items() if not holds), "")


def _is_move(key: str) -> bool:
    before, arrow, after = key.partition(">")
    return bool(arrow) and bool(before or after)


def read_festival(key: str) -> FestivalKey | None:
    """What a key of a festival's trigger says; None where it says nothing."""
    found = FESTIVE.fullmatch(key)
    if found is None or abs(int(found[2])) > SHIFT_MOST:
        return None
    return FestivalKey(found[1], int(found[2]), found[3] is not None)


def steps_fault(steps: Sequence[Step], *, grants: Iterable[str] = ()) -> tuple[int, str]:
    """The number of the first step that cannot be and what is wrong with it; (0, "") if there is none."""
    keys = [step.key for step in steps]
    if len(steps) > STEPS_MOST:
        return STEPS_MOST + 1, "count"
    known = set(grants)
    for place, step in enumerate(steps):
        later = {"", END, *keys[place + 1 :]}
        if not KEY.fullmatch(step.key) or keys.count(step.key) > 1:
            return place + 1, "key"
        if step.kind not in tuple(StepKind):
            return place + 1, "kind"
        if any(to not in later for to in leads_to(step)):
            return place + 1, "then"
        if field := _params_fault(step, known):
            return place + 1, field
    return 0, ""


def leads_to(step: Step) -> list[str]:
    """Where a step may lead, as it is written: every branch once, in order."""
    if step.kind == StepKind.SPLIT:
        return [str(arm.get("to", "")) for arm in step.params.get("arms", ())]
    if step.kind == StepKind.EXIT:
        return [END]
    if step.kind in (StepKind.CONDITION, StepKind.GOAL):
        return [step.then, str(step.params.get("otherwise", ""))]
    return [step.then]


def _params_fault(step: Step, grants: set[str]) -> str:
    values = step.params
    if step.kind in (StepKind.WAIT, StepKind.GOAL):
        if not _is_between(values.get("hours", 0), 0, WAIT_MOST_H):
            return "hours"
        return "" if not values.get("at") or CLOCK.fullmatch(str(values["at"])) else "at"
    if step.kind == StepKind.CONDITION:
        needs = values.get("test") in ("segment", "stage", "language", "clicked")
        is_known = values.get("test") in TESTS and not (needs and not values.get("value"))
        return "" if is_known else "test"
    if step.kind == StepKind.SEND:
        return _send_fault(values)
    if step.kind == StepKind.PLACE:
        return "" if values.get("placement") and _is_between(values.get("days", 0), 1, 90) else "placement"
    if step.kind == StepKind.TASK:
        is_task = 0 < len(str(values.get("title", "")).strip()) <= 120
        return "" if is_task and _is_between(values.get("due_days", 0), 0, 90) else "title"
    if step.kind == StepKind.GRANT:
        is_grant = values.get("kind") in grants and bool(values.get("value"))
        return "" if is_grant and _is_between(values.get("cost_minor", 0), 0, 10**9) else "grant"
    if step.kind == StepKind.SPLIT:
        arms = values.get("arms", ())
        keys = {arm.get("key") for arm in arms}
        weighs = all(_is_between(arm.get("weight"), 1, 1000) for arm in arms)
        return "" if 2 <= len(arms) <= 4 and len(keys) == len(arms) and weighs else "arms"
    return ""


def _send_fault(values: Mapping[str, Any]) -> str:
    texts, url = values.get("text") or {}, str(values.get("url", ""))
    if any(not 0 < len(str(texts.get(language, "")).strip()) <= TEXT_MOST for language in LANGUAGES):
        return "text"
    if not variables.link_of(url) and ("{" in url or not is_inside(url)):
        return "url"
    return "" if _is_between(values.get("cost_minor", 0), 0, 10**6) else "cost_minor"


def is_inside(url: str) -> bool:
    """Whether an address is a page of this site: one slash, no scheme, nothing a browser reads as a host."""
    return url.startswith("/") and not url.startswith(("//", "/\\")) and len(url) <= 160 and url.isprintable()


def _is_between(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def follow(steps: Sequence[Step], place: int, to: str) -> int:
    """The place that a written direction means; the number of steps stands for the end."""
    if to == END:
        return len(steps)
    if not to:
        return place + 1
    return next((n for n, step in enumerate(steps) if step.key == to), len(steps))


def after_quiet(at: datetime, *, spans: Iterable[tuple[int | None, int | None]], zone: str) -> datetime:
    """When somebody may be disturbed at the earliest: outside all these hours of the day where they live."""
    found = [(a, b) for a, b in spans if a is not None and b is not None and a != b]
    moment = at
    # Two spans may touch: the end of one lies in the other. A third round could only be the whole day.
    for _ in range(3):
        before = moment
        for start, end in found:
            moment = _after(moment, start, end, zone)
        if moment == before:
            return moment
    return moment


def _after(at: datetime, start: int, end: int, zone: str) -> datetime:
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    inside = start <= minute < end if start < end else minute >= start or minute < end
    if not inside:
        return at
    day = local.date() + timedelta(days=1 if start > end and minute >= start else 0)
    return datetime.combine(day, time(end // 60, end % 60), ZoneInfo(zone)).astimezone(at.tzinfo)


def is_quiet(at: datetime, *, start: int, end: int, zone: str) -> bool:
    """Whether a moment lies in quiet hours."""
    return _after(at, start, end, zone) != at


def wait_until(step: Step, since: datetime, zone: str) -> datetime:
    """When a waiting step ends: so many hours later, and then at a time of day where the person lives."""
    moment = since + timedelta(hours=int(step.params.get("hours", 0)))
    clock = str(step.params.get("at") or "")
    if not clock:
        return moment
    local = moment.astimezone(ZoneInfo(zone))
    wanted = datetime.combine(local.date(), time(int(clock[:2]), int(clock[3:])), ZoneInfo(zone))
    if wanted < local:
        wanted = datetime.combine(local.date() + timedelta(days=1), wanted.timetz().replace(tzinfo=None),
                                  ZoneInfo(zone))  # fmt: skip
    return wanted.astimezone(since.tzinfo)


def at_least_share(done: int, of: int, z: float = 2.33) -> float:
    """The lower end of Wilson's interval for a share: so much it is at least, with 99 percent."""
    if of == 0:
        return 0.0
    share = done / of
    middle = share + z * z / (2 * of)
    half = z * ((share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5)
    return max(0.0, (middle - half) / (1 + z * z / of))


def usual_range(before: Mapping[int, Sequence[int]], weekdays: Sequence[int]) -> tuple[float, float, float]:
    """What a run of days lets expect by the same weekdays of the weeks before, and between what and what it
    would lie nineteen times of twenty if nothing had changed.

    Counts spread at least as Poisson's do, and more by a factor that all weekdays share; a mean of few weeks
    is itself uncertain, and for all days of one weekday in the same direction.
    """
    means = {day: sum(counts) / len(counts) for day, counts in before.items()}
    free = sum(len(counts) - 1 for counts in before.values())
    squares = sum((one - means[day]) ** 2 / means[day] for day, counts in before.items() if means[day]
                  for one in counts)  # fmt: skip
    spread = max(1.0, squares / free) if free else 1.0
    times = {day: weekdays.count(day) for day in set(weekdays)}
    expected = sum(means.get(day, 0.0) * n for day, n in times.items())
    error = (
        sum(
            spread * max(means.get(day, 0.0), 0.25) * (n + n * n / max(1, len(before.get(day, ()))))
            for day, n in times.items()
        )
        ** 0.5
    )
    reach = 2.08 * error  # Student's t at 95 % with the 21 degrees that four weeks leave
    return round(expected, 1), round(max(0.0, expected - reach), 1), round(expected + reach, 1)


def shifts(found: Sequence[Return]) -> list[tuple[Return, Return]]:
    """From which campaign money may move to which: only where the ranges of what a unit brings do not touch,
    from each worse one to the best; the best is the one whose lower end is highest."""
    known = [one for one in found if one.low is not None and one.high is not None]
    if len(known) < 2:
        return []
    best = max(known, key=lambda one: one.low or 0.0)
    return [(one, best) for one in known if one is not best and (one.high or 0.0) < (best.low or 0.0)]

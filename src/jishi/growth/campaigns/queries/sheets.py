"""The run sheet: what has to be right before people are reached, one line each."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.growth.campaigns import mornings, ports, rows, rules, variables
from jishi.growth.campaigns.contracts import (
    DAY_CAP,
    WEEK_CAP,
    Check,
    Kind,
    Step,
    StepKind,
    Trigger,
)
from jishi.growth.campaigns.models import Campaign, JourneyVersion, Part
from jishi.growth.campaigns.queries.finding import draft_of, found
from jishi.growth.merchandising import queries as merchandising
from jishi.growth.merchandising.contracts import PlacementState
from jishi.growth.merchandising.errors import PlacementNotFound
from jishi.kernel import clock, wording
from jishi.kernel.errors import N_
from jishi.people.privacy import queries as privacy

COMPARABLE = 100
LOUD = ("免费领", "最后机会", "不买后悔", "全网最低", "史上最低", "last chance", "act now", "100% free")
"""Words that press or promise too much; the sheet warns, people decide."""
_SIZE = """
SELECT count(*), count(*) FILTER (WHERE coalesce((SELECT c.given FROM privacy_consent c
    WHERE c.person_id = u.id AND c.purpose = 'personalisation' ORDER BY c.id DESC LIMIT 1), %(default)s)
    AND NOT EXISTS (SELECT 1 FROM campaigns_objection o WHERE o.person_id = u.id AND o.kind = 'stop'
        AND o.lifted_at IS NULL))
FROM accounts_user u WHERE u.is_active AND (%(segment)s = '' OR EXISTS (
    SELECT 1 FROM portraits_membership m JOIN portraits_segment s ON s.id = m.segment_id
    WHERE s.code = %(segment)s AND s.archived_at IS NULL AND m.person_id = u.id))
"""


def run_sheet(code: str, *, at: datetime | None = None) -> tuple[Check, ...]:
    """Check a campaign as it is written now.

    :raises CampaignNotFound: there is none.
    """
    row, moment = found(code), clock.at_or_now(at)
    newest = JourneyVersion.objects.filter(campaign=row).order_by("-number").first()
    steps = rows.steps(newest.steps) if newest else ()
    lines = [*_time(row, moment)]
    if row.kind == Kind.FESTIVAL:
        lines += _parts(row)
    else:
        lines += [
            *_steps(steps),
            *_variables(row, steps),
            *_audience(row, moment),
            *_caps(row, steps),
            *_wording(steps),
            *_holdout(row),
        ]
    return (*lines, *_budget(row, steps))


def _time(row: Campaign, at: datetime) -> Iterator[Check]:
    if row.ends_at is not None and row.ends_at <= at:
        yield Check("time", "stop", N_("Its last day is over."))
    elif row.ends_at is None:
        yield Check("time", "warn", N_("It has no last day, so somebody has to stop it."))
    else:
        yield Check("time", "ok", N_("It has a last day."))


def _steps(steps: Sequence[Step]) -> Iterator[Check]:
    place, field = rules.steps_fault(steps, grants=ports.grants())
    if place:
        yield Check("steps", "stop", N_("Step %(place)s is not right yet."), {"place": place, "field": field})
    elif not any(step.kind in rules.DOING for step in steps):
        yield Check("steps", "stop", N_("No step does anything for anybody."))
    else:
        yield Check("steps", "ok", N_("%(count)s steps, and each leads on."), {"count": len(steps)})
    for number, step in enumerate(steps, 1):
        if step.kind == StepKind.GRANT and not _can_give(step):
            yield Check("grant", "stop", N_("What step %(place)s gives is not there now."), {"place": number})
        if step.kind == StepKind.PLACE and not _is_shown(str(step.params["placement"])):
            yield Check("place", "stop", N_("What step %(place)s shows is not there."), {"place": number})


def _variables(row: Campaign, steps: Sequence[Step]) -> Iterator[Check]:
    """A trigger that was changed later may no longer provide what the messages name."""
    place, name, _ = variables.fault(draft_of(row), steps)
    if place:
        text = N_("Step %(place)s: {%(name)s} is not known of whoever comes in this way.")
        yield Check("variables", "stop", text, {"place": place, "name": name})


def _is_shown(code: str) -> bool:
    try:
        return merchandising.get_placement(code).state == PlacementState.ON
    except PlacementNotFound:
        return False


def _can_give(step: Step) -> bool:
    grant = ports.grants().get(str(step.params.get("kind")))
    return grant is not None and step.params.get("value") in dict(grant.choices())


def _festival(row: Campaign, at: datetime) -> Check:
    """When it lets people in next; nobody ever comes in for a day that the calendar does not have."""
    key = rules.read_festival(row.trigger_key)
    begins = max(at, row.starts_at or at)
    found = mornings.next_day(key, at=begins, zone=rules.HOUSE) if key else None
    if found is None:
        return Check("audience", "stop", N_("The calendar has no such day any more."))
    values = {"name": found.name, "on": found.on, "day": found.let_in_on}
    if row.ends_at is not None and row.ends_at.astimezone(rules.HOUSE).date() < found.let_in_on:
        text = N_("It ends before %(name)s (%(on)s) would let anybody in, on %(day)s.")
        return Check("audience", "stop", text, values)
    if found.regions:
        text = N_("%(name)s is on %(on)s: people of whom we know that they live where it is kept come in on"
                  " %(day)s, at nine in the morning where they live.")  # fmt: skip
        return Check("audience", "ok", text, values)
    text = N_("%(name)s is on %(on)s: people come in on %(day)s, at nine in the morning where they live.")
    return Check("audience", "ok", text, values)


def _audience(row: Campaign, at: datetime) -> Iterator[Check]:
    params: dict[str, Any] = {
        "default": privacy.default(privacy.Purpose.PERSONALISATION),
        "segment": row.segment,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, params)
        size, reachable = cursor.fetchone()
    if row.trigger == Trigger.FESTIVAL:
        yield _festival(row, at)
    elif row.trigger == Trigger.SEGMENT:
        level = "ok" if reachable else "stop"
        yield Check("audience", level, N_("%(size)s people are in the audience now."), {"size": size})
        aside = reachable * row.holdout_bps // 10_000
        if row.holdout_bps and min(aside, reachable - aside) < COMPARABLE:
            yield Check(
                "compare",
                "warn",
                N_("Only %(aside)s would be held out: the comparison needs 100 on each side."),
                {"aside": aside},
            )
    else:
        yield Check("audience", "ok", N_("People come in when it happens to them."))
    yield Check(
        "consent",
        "ok" if size == reachable else "warn",
        N_("%(count)s of them want no personal offers and are left out."),
        {"count": size - reachable},
    )


def _caps(row: Campaign, steps: Sequence[Step]) -> Iterator[Check]:
    yield Check(
        "caps",
        "ok",
        N_("All campaigns together send one person at most %(day)s messages a day, %(week)s a week."),
        {"day": DAY_CAP, "week": WEEK_CAP},
    )
    if row.quiet_from == row.quiet_to:
        yield Check("quiet", "warn", N_("There are no quiet hours."))
    else:
        hours = {name: f"{m // 60:02d}:{m % 60:02d}" for name, m in
                 (("from", row.quiet_from), ("to", row.quiet_to))}  # fmt: skip
        yield Check("quiet", "ok", N_("Quiet from %(from)s to %(to)s, where each person lives."), hours)
    sends = sum(step.kind == StepKind.SEND for step in steps)
    if sends > WEEK_CAP:
        yield Check("sends", "warn", N_("%(count)s messages are more than a week allows."), {"count": sends})


def _wording(steps: Sequence[Step]) -> Iterator[Check]:
    texts = [str(text) for step in steps for text in (step.params.get("text") or {}).values()]
    loud = sorted({word for word in LOUD for text in texts if word in text.lower()})
    remarks = wording.judge(texts) or ()
    if loud:
        yield Check("wording", "warn", N_("These words press people: %(words)s"), {"words": ", ".join(loud)})
    for one in remarks:
        level = "stop" if one.weight == wording.Weight.STOP else "warn"
        yield Check("wording", level, one.message, dict(one.params))
    if texts and not loud and not remarks:
        yield Check("wording", "ok", N_("The messages are written in both languages, without pressure."))


def _holdout(row: Campaign) -> Iterator[Check]:
    if row.holdout_bps:
        share = {"percent": f"{row.holdout_bps / 100:g}"}
        yield Check("holdout", "ok", N_("%(percent)s%% get nothing, to see what the rest is worth."), share)
    else:
        yield Check("holdout", "warn", N_("Nobody is held out, so nobody will know what it was worth."))


def _parts(row: Campaign) -> Iterator[Check]:
    count = Part.objects.filter(campaign=row).count()
    level = "ok" if count else "stop"
    yield Check("parts", level, N_("%(count)s offers belong to it."), {"count": count})


def _budget(row: Campaign, steps: Sequence[Step]) -> Iterator[Check]:
    cost = max((int(step.params.get("cost_minor", 0)) for step in steps), default=0)
    if cost and not row.budget_minor:
        yield Check("budget", "stop", N_("Some steps cost money, and there is no budget."))
    elif row.budget_minor:
        yield Check("budget", "ok", N_("When the budget is used up, it pauses by itself."))
    else:
        yield Check("budget", "ok", N_("Its steps cost nothing."))

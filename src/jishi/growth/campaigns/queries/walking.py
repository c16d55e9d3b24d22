"""The way that one person would go, step by step, without anything happening."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from jishi.growth.campaigns import mornings, reading, rows, rules, values, variables
from jishi.growth.campaigns.contracts import Step, StepKind, Trigger, Walked
from jishi.growth.campaigns.models import Campaign, JourneyVersion
from jishi.growth.campaigns.queries.finding import draft_of, found
from jishi.growth.campaigns.values import Asked
from jishi.kernel import clock
from jishi.kernel.text import pick


def walk(code: str, *, person_id: int, at: datetime | None = None) -> tuple[Walked, ...]:
    """Lead one person through the newest steps as if they came in now (for a festival, on
    its next morning where they live), and as they are now.

    Waiting is added up, quiet hours hold, conditions are asked of today's facts; what others get meanwhile
    (caps) is not foreseen.

    :raises CampaignNotFound: there is none.
    """
    row = found(code)
    newest = JourneyVersion.objects.filter(campaign=row).order_by("-number").first()
    steps = rows.steps(newest.steps) if newest else ()
    language, zone, quiet_from, quiet_to = reading.habits(person_id)
    barred = reading.who_is_barred([person_id]).get(person_id, "")
    quiet = [(row.quiet_from, row.quiet_to), (quiet_from, quiet_to)]
    moment, place, way = clock.at_or_now(at), 0, []
    festival = rules.read_festival(row.trigger_key) if row.trigger == Trigger.FESTIVAL else None
    if festival is not None:
        moment = mornings.next_for(festival, zone, moment) or moment
    came = moment
    while place < len(steps):
        step = steps[place]
        if step.kind == StepKind.WAIT:
            moment = rules.wait_until(step, moment, zone)
        if step.kind == StepKind.SEND:
            moment = rules.after_quiet(moment, spans=quiet, zone=zone)
        outcome, to = _outcome(row, step, person_id, came, barred)
        texts = _texts(row, steps[:place], step, Asked(person_id, "", came, zone), moment)
        way.append(Walked(step, moment, outcome, pick(texts, language), texts))
        if step.kind == StepKind.GOAL:
            moment = rules.wait_until(step, moment, zone)
        place = rules.follow(steps, place, to)
    return tuple(way)


def _outcome(row: Campaign, step: Step, person_id: int, came: datetime, barred: str) -> tuple[str, str]:
    """What the step would come to, and where it leads."""
    otherwise = str(step.params.get("otherwise", ""))
    if step.kind == StepKind.CONDITION:
        test, value = step.params["test"], str(step.params.get("value", ""))
        holds = reading.who_holds(campaign_id=row.pk, test=test, value=value, since={person_id: came})
        return ("yes", step.then) if holds else ("no", otherwise)
    if step.kind == StepKind.SPLIT:
        arm = reading.arm_of(row.salt, step.key, person_id, step.params["arms"])
        return str(arm["key"]), str(arm.get("to", ""))
    if step.kind == StepKind.SEND:
        return barred or "sent", step.then
    if step.kind == StepKind.GOAL:
        return "missed", otherwise
    return {
        StepKind.WAIT: "waited",
        StepKind.PLACE: "placed",
        StepKind.TASK: "assigned",
        StepKind.GRANT: "granted",
        StepKind.EXIT: "left",
    }[StepKind(step.kind)], "end" if step.kind == StepKind.EXIT else step.then


def _texts(
    row: Campaign, before: Sequence[Step], step: Step, asked: Asked, at: datetime
) -> Mapping[str, str]:
    """What the person would read, and what it would be in the other language."""
    if step.kind != StepKind.SEND:
        return {}
    known = values.read(variables.used(step), [asked], values.Scene(draft_of(row), before, at))
    return {
        language: variables.fill(text, known[asked.person_id], language=language, zone=asked.zone)
        for language, text in step.params["text"].items()
    }

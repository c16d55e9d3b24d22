"""Campaigns as forms: what was typed becomes a draft or a step, and stands in the fields again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from jishi.growth.campaigns import queries
from jishi.growth.campaigns.contracts import Draft, FestivalKey, Step, StepKind
from jishi.growth.campaigns.errors import CampaignInvalid
from jishi.growth.merchandising import queries as merchandising
from jishi.insight.portraits import queries as portraits
from jishi.kernel.text import both, pick
from jishi.surfaces.ops import times

LETTERS = ("a", "b", "c", "d")


@dataclass(frozen=True, slots=True)
class Node:
    """A step as it is drawn: its place, and the lines that leave it as (path, label, label's place)."""

    key: str
    y: int
    lines: tuple[tuple[str, str, int, int], ...]


def draft_of(post: QueryDict, before: Draft) -> Draft:
    """What the settings ask for; what makes no sense is left for the domain to refuse by name.

    :raises CampaignInvalid: a moment or an amount that cannot be read.
    """
    trigger = post.get("trigger", before.trigger)
    key = {
        "stage": f"{post.get('stage_before', '')}>{post.get('stage_after', '')}",
        "fact": post.get("fact", ""),
        "cart": str(number(post.get("cart_hours", "4"))),
        "festival": _festival(post),
    }.get(trigger, "")
    return replace(
        before,
        name=post.get("name", "").strip(),
        goal=post.get("goal", "").strip()[:300],
        trigger=trigger,
        trigger_key=key,
        segment=post.get("segment", "")[:12],
        starts_at=_moment(post.get("starts_at", "")),
        ends_at=_moment(post.get("ends_at", "")),
        repeat_days=number(post.get("repeat_days", "")),
        reentry_days=number(post.get("reentry_days", "")),
        budget_minor=cents(post.get("budget", "0")),
        fixed_cost_minor=cents(post.get("fixed_cost", "0")),
        quiet_from=minute(post.get("quiet_from", "")),
        quiet_to=minute(post.get("quiet_to", "")),
        goal_kind=post.get("goal_kind", ""),
        goal_days=number(post.get("goal_days", "")),
        exits_on_goal="exits_on_goal" in post,
        strategy_code=post.get("strategy", "")[:40],
    )


def _festival(post: QueryDict) -> str:
    shift = number(post.get("festival_days", ""))
    is_before = post.get("festival_side", "before") == "before"
    everywhere = post.get("festival_where") == "all"
    return str(FestivalKey(post.get("festival", "")[:30], -shift if is_before else shift, everywhere))


def filled(draft: Draft) -> dict[str, str]:
    """What stands in the fields of a campaign that is kept."""
    before, _, after = draft.trigger_key.partition(">")
    festival = queries.read_festival(draft.trigger_key) if draft.trigger == "festival" else None
    festival = festival or FestivalKey("spring", -3)
    return {
        "starts_at": _local(draft.starts_at),
        "ends_at": _local(draft.ends_at),
        "budget": f"{draft.budget_minor / 100:.2f}",
        "fixed_cost": f"{draft.fixed_cost_minor / 100:.2f}",
        "quiet_from": f"{draft.quiet_from // 60:02d}:{draft.quiet_from % 60:02d}",
        "quiet_to": f"{draft.quiet_to // 60:02d}:{draft.quiet_to % 60:02d}",
        "stage_before": before,
        "stage_after": after,
        "cart_hours": draft.trigger_key if draft.trigger == "cart" else "4",
        "festival": festival.day,
        "festival_days": str(abs(festival.shift)),
        "festival_side": "after" if festival.shift > 0 else "before",
        "festival_where": "all" if festival.everywhere else "",
    }


def fresh(kind: str, steps: Sequence[Step]) -> Step:
    """A new step that can stand as it is, to be changed.

    :raises CampaignInvalid: there is no such kind, or nothing that it could show or give.
    """
    key = next(f"s{n}" for n in range(1, 200) if f"s{n}" not in {one.key for one in steps})
    params: Mapping[str, Any] = {}
    if kind in (StepKind.WAIT, StepKind.GOAL):
        params = {"hours": 24, "at": ""} | ({"otherwise": "end"} if kind == StepKind.GOAL else {})
    elif kind == StepKind.CONDITION:
        params = {"test": "bought", "value": "", "otherwise": ""}
    elif kind == StepKind.SEND:
        text = both("{nickname}，有些新东西想给你看。", "{nickname}, there is something new for you.")
        params = {"text": text, "url": "/", "cost_minor": 0}
    elif kind == StepKind.PLACE:
        params = {"placement": _first("placement", [code for code, _ in placements("en")]), "days": 7}
    elif kind == StepKind.TASK:
        params = {"title": "联系这位顾客", "due_days": 3}
    elif kind == StepKind.GRANT:
        given = [(one, key) for one, _, choices in queries.list_grants() for key, _ in choices]
        chosen = _first("grant", given)
        params = {"kind": chosen[0], "value": chosen[1], "cost_minor": 0}
    elif kind == StepKind.SPLIT:
        params = {"arms": [{"key": one, "weight": 1, "to": ""} for one in LETTERS[:2]]}
    elif kind != StepKind.EXIT:
        raise CampaignInvalid(field="kind")
    return Step(key, kind, params)


def step_of(post: QueryDict, before: Step) -> Step:
    """A step as it was typed; its kind and key stay.

    :raises CampaignInvalid: an amount that cannot be read.
    """
    kind, params = before.kind, dict(before.params)
    if kind in (StepKind.WAIT, StepKind.GOAL):
        unit = 24 if post.get("unit") == "days" else 1
        params |= {"hours": number(post.get("amount", "")) * unit, "at": post.get("at", "").strip()[:5]}
    if kind in (StepKind.CONDITION, StepKind.GOAL):
        params["otherwise"] = post.get("otherwise", "")[:12]
    if kind == StepKind.CONDITION:
        test = post.get("test", "")
        params |= {"test": test, "value": post.get(f"value_{test}", "")[:40]}
    elif kind == StepKind.SEND:
        text = {"zh-hans": post.get("text_zh", "").strip(), "en": post.get("text_en", "").strip()}
        params |= {
            "text": text,
            "url": post.get("url", "").strip(),
            "cost_minor": cents(post.get("cost", "0")),
        }
    elif kind == StepKind.PLACE:
        params |= {"placement": post.get("placement", "")[:40], "days": number(post.get("days", ""))}
    elif kind == StepKind.TASK:
        params |= {"title": post.get("title", "").strip(), "due_days": number(post.get("due_days", ""))}
    elif kind == StepKind.GRANT:
        what, _, key = post.get("what", "").partition(":")
        params |= {"kind": what, "value": key, "cost_minor": cents(post.get("cost", "0"))}
    elif kind == StepKind.SPLIT:
        params["arms"] = [
            {
                "key": one,
                "weight": number(post.get(f"weight_{one}", "")),
                "to": post.get(f"to_{one}", "")[:12],
            }
            for one in LETTERS
            if number(post.get(f"weight_{one}", "")) > 0
        ]
    return replace(before, params=params, then=post.get("then", before.then)[:12])


def mended(steps: Sequence[Step]) -> list[Step]:
    """The steps after one was moved or taken out: what led backwards or nowhere leads to the next one."""
    found = []
    for place, step in enumerate(steps):
        later = {"", "end", *(one.key for one in steps[place + 1 :])}
        params = dict(step.params)
        if "otherwise" in params and params["otherwise"] not in later:
            params["otherwise"] = ""
        if step.kind == StepKind.SPLIT:
            params["arms"] = [
                {**arm, "to": arm.get("to", "") if arm.get("to", "") in later else ""}
                for arm in params["arms"]
            ]
        found.append(replace(step, params=params, then=step.then if step.then in later else ""))
    return found


def rearranged(steps: Sequence[Step], key: str, verb: str, post: QueryDict) -> list[Step]:
    """The steps after one of them was saved, moved or taken out.

    :raises CampaignInvalid: there is no such step.
    """
    found = list(steps)
    place = next((n for n, one in enumerate(found) if one.key == key), None)
    if place is None:
        raise CampaignInvalid(field="steps")
    if verb == "save":
        found[place] = step_of(post, found[place])
        return found
    step = found.pop(place)
    if verb == "up":
        found.insert(max(0, place - 1), step)
    elif verb == "down":
        found.insert(place + 1, step)
    elif verb == "move":
        found.insert(min(len(found), number(post.get("place", ""))), step)
    return mended(found)


def drawn(steps: Sequence[Step]) -> tuple[tuple[Node, ...], int, int]:
    """The steps as a drawing, from the same list: nodes below each other, jumps bent around the right."""
    places = {step.key: n for n, step in enumerate(steps)}
    nodes, lane = [], 0
    for place, step in enumerate(steps):
        lines = []
        for label, to in _branches(step):
            goal = len(steps) if to == "end" else places.get(to, place + 1)
            if goal == place + 1:
                lines.append((f"M150 {place * 84 + 60}V{goal * 84 + 8}", label, 158, place * 84 + 76))
            else:
                lane += 1
                bend = 308 + (lane % 5) * 16
                start, end = place * 84 + 34, goal * 84 + (22 if goal < len(steps) else 24)
                path = (
                    f"M292 {start}H{bend - 8}Q{bend} {start} {bend} {start + 8}"
                    f"V{end - 8}Q{bend} {end} {bend - 8} {end}H296"
                )
                lines.append((path, label, 298, start - 6))
        nodes.append(Node(step.key, place * 84 + 8, tuple(lines)))
    return tuple(nodes), len(steps) * 84 + 8, len(steps) * 84 + 52


def _branches(step: Step) -> list[tuple[str, str]]:
    """Label and goal of every line that leaves a step."""
    if step.kind == StepKind.SPLIT:
        return [(str(arm["key"]).upper(), str(arm.get("to", ""))) for arm in step.params["arms"]]
    if step.kind in (StepKind.CONDITION, StepKind.GOAL):
        return [("✓", step.then), ("✗", str(step.params.get("otherwise", "")))]
    return [("", "end" if step.kind == StepKind.EXIT else step.then)]


def placements(language: str) -> list[tuple[str, str]]:
    """What is made for people who are chosen one by one."""
    return [
        (one.code, pick(one.draft.title, language) or one.code)
        for one in merchandising.list_placements()
        if one.draft.is_for_chosen and one.state != "off"
    ]


def segments() -> list[tuple[str, str]]:
    """Everybody, or one of the segments."""
    return [(one.code, f"{one.name} ({one.count})") for one in portraits.list_segments()]


def number(text: str) -> int:
    """A whole number that was typed, or 0."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def cents(text: str) -> int:
    """An amount that was typed, in its smallest unit.

    :raises CampaignInvalid: it is none.
    """
    whole, _, part = text.strip().replace(",", ".").partition(".")
    if not (whole or "0").isdecimal() or not (part or "0").isdecimal() or len(whole) > 9 or len(part) > 2:
        raise CampaignInvalid(field="budget_minor")
    return int(whole or 0) * 100 + int((part + "00")[:2])


def minute(text: str) -> int:
    """A time of day in minutes.

    :raises CampaignInvalid: it is none.
    """
    hour, _, rest = text.partition(":")
    if not (hour.isdecimal() and rest[:2].isdecimal()):
        raise CampaignInvalid(field="quiet")
    return int(hour) * 60 + int(rest[:2])


def _first(field: str, found: Sequence[Any]) -> Any:
    if not found:
        raise CampaignInvalid(field=field)
    return found[0]


def _moment(text: str) -> datetime | None:
    return times.read(text) if text.strip() else None


def _local(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""

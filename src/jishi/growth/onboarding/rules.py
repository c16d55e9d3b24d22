"""The path that is shipped, what a path may be, and how it is kept."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jishi.growth.onboarding.contracts import (
    MAX_NEEDED,
    MAX_STEPS,
    MAX_TEXT,
    MAX_TITLE,
    Gift,
    Step,
    StepKind,
)

LANGUAGES = ("zh-hans", "en")
SHIPPED = (
    Step(
        StepKind.INTERESTS,
        1,
        {"zh-hans": "选几个喜欢的话题", "en": "Pick topics you like"},
        {"zh-hans": "首页会从这些开始", "en": "Your front page begins with them"},
    ),
    Step(
        StepKind.FOLLOW,
        3,
        {"zh-hans": "关注 3 个人", "en": "Follow three people"},
        {"zh-hans": "他们的新笔记会来找你", "en": "Their new notes come to you"},
    ),
    Step(
        StepKind.SAVE,
        1,
        {"zh-hans": "收藏第一篇笔记", "en": "Keep your first note"},
        {"zh-hans": "以后想买时就找得到", "en": "So that you find it when you want to buy"},
    ),
    Step(
        StepKind.ORDER,
        1,
        {"zh-hans": "下第一单", "en": "Place your first order"},
        {"zh-hans": "收到货之前，货款由平台保管", "en": "Your money waits with us until the goods arrive"},
    ),
    Step(
        StepKind.NOTE,
        1,
        {"zh-hans": "写第一篇笔记", "en": "Write your first note"},
        {"zh-hans": "说说你真正的感受", "en": "Say what you really think"},
    ),
)


def fault(steps: Sequence[Step], *, gifts: Collection[str] = (), budget_minor: int = 0) -> tuple[str, int]:
    """The first thing that cannot be, and in which row; an empty text when all is well."""
    if not 0 <= budget_minor < 10**10:
        return "budget", -1
    if not 1 <= len(steps) <= MAX_STEPS:
        return "steps", 0
    seen: set[str] = set()
    for row, step in enumerate(steps):
        if step.kind not in tuple(StepKind) or step.kind in seen:
            return "kind", row
        seen.add(step.kind)
        if not 1 <= step.needed <= MAX_NEEDED:
            return "needed", row
        if any(not 0 < len(step.title.get(one, "")) <= MAX_TITLE for one in LANGUAGES):
            return "title", row
        if any(len(step.text.get(one, "")) > MAX_TEXT for one in LANGUAGES):
            return "text", row
        if step.gift is not None and not _can_be(step.gift, gifts, budget_minor):
            return "gift", row
    return "", 0


def _can_be(gift: Gift, gifts: Collection[str], budget_minor: int) -> bool:
    """Whether a gift is known, and the budget reaches for one at least."""
    is_known = gift.kind in gifts and 0 < len(gift.value) <= 20
    return is_known and 0 <= gift.cost_minor <= min(10**7, budget_minor)


def to_rows(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as they are kept."""
    return [
        {
            "kind": str(one.kind),
            "needed": one.needed,
            "title": dict(one.title),
            "text": dict(one.text),
            **({"gift": asdict(one.gift)} if one.gift else {}),
        }
        for one in steps
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Steps as they were kept."""
    return tuple(
        Step(
            row["kind"],
            row["needed"],
            row["title"],
            row["text"],
            Gift(**row["gift"]) if row.get("gift") else None,
        )
        for row in rows
    )

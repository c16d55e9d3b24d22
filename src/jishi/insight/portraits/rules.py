"""Classes of customers, stages of their life, and from which silence on somebody is at risk. Pure.

Invariant: every buyer has exactly one class and one stage.
"""

# ruff: noqa: E501 - a text is read on one line

from collections.abc import Sequence
from dataclasses import dataclass

from jishi.insight.portraits.contracts import Stage, StageView, Thresholds
from jishi.kernel.errors import N_

HIGH = 4
"""From this fifth on recency, frequency or money counts as high."""
ENOUGH_GAPS = 30
"""So many repeat purchases of a shop or a category tell more than those of everybody."""
DEFAULT_INTERVAL_DAYS = 30
AT_RISK_TIMES, CHURN_TIMES = 2, 4
"""After so many usual intervals of silence a customer is at risk, and lost."""
AT_RISK_LEAST, AT_RISK_MOST = 14, 180
LOYAL_LEAST = 3


@dataclass(frozen=True, slots=True)
class RfmClass:
    """A class by which of recency, frequency and money are high."""

    code: str
    name: str
    meaning: str
    is_recent: bool
    is_frequent: bool
    is_big: bool


RFM: tuple[RfmClass, ...] = (
    RfmClass("best", N_("Best customers"), N_("bought lately, often and much"), True, True, True),
    RfmClass("big_new", N_("Big spenders to win over"), N_("bought lately and much, not yet often"), True, False, True),
    RfmClass("big_fading", N_("Best customers going quiet"), N_("bought often and much, not lately"), False, True, True),
    RfmClass("big_lost", N_("Big spenders to win back"), N_("bought much, seldom and long ago"), False, False, True),
    RfmClass("regular", N_("Regulars"), N_("buy lately and often, small amounts"), True, True, False),
    RfmClass("fresh", N_("Fresh buyers"), N_("bought lately, seldom and little so far"), True, False, False),
    RfmClass("fading", N_("Regulars going quiet"), N_("bought often, small amounts, not lately"), False, True, False),
    RfmClass("asleep", N_("Asleep"), N_("bought little, seldom and long ago"), False, False, False),
)  # fmt: skip

STAGES: tuple[StageView, ...] = (
    StageView(
        Stage.POTENTIAL, N_("Potential"), N_("a member who never bought"),
        N_("Take away what holds back the first order: show what friends bought, offer a small first deal."),
    ),
    StageView(
        Stage.NEW, N_("New"), N_("one order, and not silent for long"),
        N_("Make the second order easy: ask how the first went, show what goes with it, say thanks."),
    ),
    StageView(
        Stage.ACTIVE, N_("Active"), N_("several orders, and not silent for long"),
        N_("Keep the rhythm: remind when things run out, invite to teams and communities."),
    ),
    StageView(
        Stage.LOYAL, N_("Loyal"), N_("more orders than most, and not silent for long"),
        N_("Give them a say and the first look; ask them to bring friends, never buy them with discounts."),
    ),
    StageView(
        Stage.AT_RISK, N_("At risk"), N_("silent for longer than customers usually are between orders"),
        N_("Ask what is missing, with a person behind it; show what changed since their last order."),
    ),
    StageView(
        Stage.CHURNED, N_("Churned"), N_("silent for so long that few come back"),
        N_("One honest invitation with a reason to return; then leave them in peace."),
    ),
)  # fmt: skip


def rfm_class(recency: int, frequency: int, money: int) -> RfmClass:
    """Return the class of a buyer by the three fifths."""
    wanted = (recency >= HIGH, frequency >= HIGH, money >= HIGH)
    return next(one for one in RFM if (one.is_recent, one.is_frequent, one.is_big) == wanted)


def rfm_case(recency: str, frequency: str, money: str) -> str:
    """Return :func:`rfm_class` as an SQL expression over three columns; null for no buyer."""
    lines = []
    for one in RFM:
        sides = zip((recency, frequency, money), (one.is_recent, one.is_frequent, one.is_big), strict=True)
        tests = " AND ".join(f"{name} {'>=' if is_high else '<'} {HIGH}" for name, is_high in sides)
        lines.append(f"WHEN {tests} THEN '{one.code}'")
    return f"CASE {' '.join(lines)} END"


def rfm_sql() -> str:
    """Return the class over the sources of the tags."""
    return rfm_case("p.recency", "p.frequency", "p.money")


def thresholds(*, interval_days: int | None, gaps: int, loyal_orders: int, source: str) -> Thresholds:
    """Return from when on a customer is at risk and lost, by the usual interval between two purchases."""
    interval = interval_days if interval_days else DEFAULT_INTERVAL_DAYS
    at_risk = min(AT_RISK_MOST, max(AT_RISK_LEAST, AT_RISK_TIMES * interval))
    churn = max(2 * at_risk, min(2 * AT_RISK_MOST, CHURN_TIMES * interval))
    return Thresholds(interval, at_risk, churn, max(LOYAL_LEAST, loyal_orders), source, gaps)


def stage(orders: int, silent_days: int, limits: Thresholds) -> Stage:
    """Return the stage of somebody with so many orders, silent for so many days."""
    if orders == 0:
        return Stage.POTENTIAL
    if silent_days >= limits.churn_days:
        return Stage.CHURNED
    if silent_days >= limits.at_risk_days:
        return Stage.AT_RISK
    if orders >= limits.loyal_orders:
        return Stage.LOYAL
    return Stage.NEW if orders == 1 else Stage.ACTIVE


def fifth(value: int, bounds: Sequence[int]) -> int:
    """Return in which fifth a value lies, from 1; whatever equals a limit lies below it, so that a value most
    people have is never a high one."""
    return 1 + sum(1 for bound in bounds if bound < value)

"""Metrics of order in time: funnels, conversion, paths."""

from jishi.insight.metrics.catalogue import parts
from jishi.insight.metrics.catalogue.kinds import KINDS
from jishi.insight.metrics.contracts import Column, Metric, Param, ParamType, Unit
from jishi.kernel.errors import N_

METRICS = (
    Metric(
        code="funnel",
        kind="funnel",
        name=N_("Funnel"),
        meaning=N_(
            "How many people came through the steps in their order, all of them within the window "
            "after a first "
            "step. Every first step may begin a passage, not only a person's very first one."
        ),
        grain="step",
        unit=Unit.COUNT,
        owner="insight",
        params=(
            Param(
                "steps",
                ParamType.STEPS,
                N_("Steps"),
                "product_viewed,cart_added,order_placed,order_paid",
                KINDS,
                hint=N_("Two to eight, in their order"),
            ),
            *parts.PERIOD,
            parts.window(),
        ),
        columns=(
            Column("step", N_("Step"), Unit.STEP, is_key=True),
            parts.PEOPLE,
            Column("stopped_here", N_("Went no further"), Unit.COUNT, behind="left"),
        ),
        chart="funnel",
        drills=("people", "left"),
    ),
    Metric(
        code="conversion",
        kind="conversion",
        name=N_("Conversion"),
        meaning=N_(
            "Of the people who did the first thing, those who did the second one within the window. It is "
            "credited to the part of the latest first thing before it."
        ),
        grain="part",
        unit=Unit.BPS,
        owner="growth",
        params=(
            parts.kind("first", N_("First"), "product_viewed"),
            parts.kind("second", N_("Then"), "order_paid"),
            *parts.PERIOD,
            parts.BY,
            parts.window(),
        ),
        columns=(
            parts.PART,
            parts.ALL_PEOPLE,
            Column("converted", N_("Did both"), Unit.COUNT, behind="people"),
            parts.RATE,
        ),
        chart="bars:rate_bps",
    ),
    Metric(
        code="path",
        kind="path",
        name=N_("Paths"),
        meaning=N_(
            "From where to where people go inside a visit, step by step. The same thing twice in a "
            "row counts once."
        ),
        grain="step, from, to",
        unit=Unit.COUNT,
        owner="insight",
        params=(
            *parts.PERIOD,
            Param(
                "node",
                ParamType.CHOICE,
                N_("A step is"),
                "kind",
                (("kind", N_("a kind of event")), ("page", N_("a page"))),
            ),
            Param("depth", ParamType.NUMBER, N_("Steps"), "4", least=1, most=8),
            Param("most", ParamType.NUMBER, N_("Ways per step"), "12", least=1, most=50),
        ),
        columns=(
            Column("step", N_("Step"), Unit.NUMBER, is_key=True),
            Column("source_node", N_("From"), Unit.NODE, is_key=True),
            Column("target_node", N_("To"), Unit.NODE, is_key=True),
            Column("visits", N_("Visits"), Unit.COUNT, behind="people"),
        ),
        chart="sankey",
    ),
)

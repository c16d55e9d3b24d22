"""Metrics of what people do: trends, activity, engagement, retention."""

from jishi.insight.metrics.catalogue import parts
from jishi.insight.metrics.contracts import Column, Metric, Param, ParamType, Unit
from jishi.kernel.errors import N_

METRICS = (
    Metric(
        code="trend",
        kind="trend",
        name=N_("Trend"),
        meaning=N_("How often one kind of event happened, and how many different people did it."),
        grain="bucket, part",
        unit=Unit.COUNT,
        owner="insight",
        params=(
            parts.kind("kind", N_("What happened"), "product_viewed"),
            *parts.PERIOD,
            parts.grain(),
            parts.BY,
        ),
        columns=(parts.BUCKET, parts.PART, Column("times", N_("Times"), Unit.COUNT), parts.PEOPLE),
        chart="line:times",
        drills=("people", "orders"),
    ),
    Metric(
        code="active_people",
        kind="active",
        name=N_("Active people and stickiness"),
        meaning=N_(
            "Different people active on the day, in the seven days and in the thirty days that end with it. "
            "Stickiness is the first by the last. Visitors who are not signed in count as people."
        ),
        grain="day",
        unit=Unit.COUNT,
        owner="insight",
        params=(*parts.PERIOD, parts.kind("kind", N_("Active means"), "", any_one=True)),
        columns=(
            Column("day", N_("Day"), Unit.DAY, is_key=True),
            Column("daily", N_("On the day"), Unit.COUNT, behind="people"),
            Column("weekly", N_("In 7 days"), Unit.COUNT),
            Column("monthly", N_("In 30 days"), Unit.COUNT),
            Column("stickiness_bps", N_("Stickiness"), Unit.BPS),
        ),
        chart="line:daily",
        lookback_days=29,
    ),
    Metric(
        code="active_days",
        kind="active",
        name=N_("Days of activity"),
        meaning=N_("On how many days of the period people were active, and how many people for each number."),
        grain="number of days",
        unit=Unit.COUNT,
        owner="insight",
        params=(*parts.PERIOD, parts.kind("kind", N_("Active means"), "", any_one=True)),
        columns=(Column("active_days", N_("Days"), Unit.NUMBER, is_key=True), parts.PEOPLE),
        chart="bars:people",
    ),
    Metric(
        code="engagement",
        kind="engagement",
        name=N_("Engagement with notes"),
        meaning=N_(
            "Of the people who were shown or opened a note, those who liked, kept, commented or "
            "reposted one in "
            "the same bucket."
        ),
        grain="bucket, part",
        unit=Unit.BPS,
        owner="social",
        params=(*parts.PERIOD, parts.grain(names=("day", "week", "month", "total")), parts.BY),
        columns=(
            parts.BUCKET,
            parts.PART,
            Column("reached", N_("Saw notes"), Unit.COUNT),
            Column("engaged", N_("Took part"), Unit.COUNT, behind="people"),
            Column("views", N_("Views"), Unit.COUNT),
            Column("acts", N_("Acts"), Unit.COUNT),
            parts.RATE,
        ),
        chart="line:rate_bps",
    ),
    Metric(
        code="retention",
        kind="retention",
        name=N_("Retention of cohorts"),
        meaning=N_(
            "Of the people who were here for the first time ever in a bucket, those who came back "
            "in each later "
            "one. The first bucket is the one in which the period begins."
        ),
        grain="cohort, buckets later",
        unit=Unit.BPS,
        owner="insight",
        params=(
            Param("since", ParamType.DAY, parts.SINCE.label, "-83"),
            parts.UNTIL,
            parts.FILTERS,
            parts.grain("week", names=("day", "week", "month")),
            parts.kind("first", N_("Came the first time by"), "", any_one=True),
            parts.kind("again", N_("Came back by"), "", any_one=True),
            Param("periods", ParamType.NUMBER, N_("Buckets"), "12", least=2, most=36),
        ),
        columns=(
            Column("cohort", N_("Cohort"), Unit.BUCKET, is_key=True),
            Column("later", N_("Later"), Unit.NUMBER, is_key=True),
            Column("size", N_("Size"), Unit.COUNT),
            parts.PEOPLE,
            parts.RATE,
        ),
        chart="cohorts",
        reads_history=True,
    ),
)

"""Metrics of sharing: spread, depth, attribution, word of mouth."""

from jishi.insight.metrics.catalogue import parts
from jishi.insight.metrics.contracts import Column, Metric, Unit
from jishi.kernel.errors import N_

CREDIT = (
    Column("sharer_id", N_("Brought by"), Unit.PERSON, is_key=True),
    parts.CURRENCY_KEY,
    parts.ORDERS,
    Column("first_minor", N_("First"), Unit.MINOR, behind="orders"),
    Column("last_minor", N_("Last"), Unit.MINOR, behind="orders"),
    Column("linear_minor", N_("Linear"), Unit.MINOR, behind="orders"),
    Column("position_minor", N_("By position"), Unit.MINOR, behind="orders"),
)

METRICS = (
    Metric(
        code="spread",
        kind="spread",
        name=N_("Spread power"),
        meaning=N_(
            "Who shared, whom their links reached, and how many of those went on. K is the number "
            "of people who "
            "went on for each person who shared: above one, sharing grows by itself."
        ),
        grain="bucket",
        unit=Unit.MILLI,
        owner="social",
        params=(
            *parts.PERIOD,
            parts.grain("total"),
            parts.kind("outcome", N_("Going on means"), "share_created"),
        ),
        columns=(
            parts.BUCKET,
            Column("sharers", N_("Sharers"), Unit.COUNT),
            Column("links", N_("Links"), Unit.COUNT),
            Column("visits", N_("Visits"), Unit.COUNT),
            Column("reach", N_("People reached"), Unit.COUNT),
            Column("went_on", N_("Went on"), Unit.COUNT, behind="people"),
            Column("reach_per_sharer_milli", N_("Reached per sharer"), Unit.MILLI),
            Column("k_milli", N_("K-factor"), Unit.MILLI),
        ),
        chart="line:reach",
    ),
    Metric(
        code="spread_depth",
        kind="spread",
        name=N_("Depth of sharing"),
        meaning=N_("Links by how many people stand above their maker, with their visitors and orders."),
        grain="depth",
        unit=Unit.COUNT,
        owner="social",
        params=parts.PERIOD,
        columns=(
            Column("depth", N_("Depth"), Unit.NUMBER, is_key=True),
            Column("links", N_("Links"), Unit.COUNT, behind="people"),
            Column("visitors", N_("Visitors"), Unit.COUNT),
            parts.ORDERS,
        ),
        chart="bars:visitors",
        drills=("people", "orders"),
        reads_history=True,
    ),
    Metric(
        code="attribution",
        kind="attribution",
        name=N_("Attribution to sharers"),
        meaning=N_(
            "Every link that a buyer opened before paying is a touch. First and last give the whole "
            "amount to one "
            "touch, linear shares it evenly, by position gives 40 % each to the first and last."
        ),
        grain="sharer, currency",
        unit=Unit.MINOR,
        owner="social",
        params=(*parts.PERIOD, parts.lookback(), parts.MOST),
        columns=CREDIT,
        chart="bars:last_minor",
        drills=("people", "orders"),
        lookback_days=90,
    ),
    Metric(
        code="attribution_chain",
        kind="attribution",
        name=N_("Attribution along the chain"),
        meaning=N_(
            "The chain above the last link that a buyer opened: its maker is last, who brought the "
            "maker stands "
            "before, up to four people. The amount is shared out in the same four ways."
        ),
        grain="sharer, currency",
        unit=Unit.MINOR,
        owner="social",
        params=(*parts.PERIOD, parts.lookback(), parts.MOST),
        columns=CREDIT,
        chart="bars:linear_minor",
        drills=("people", "orders"),
        reads_history=True,
    ),
    Metric(
        code="word_of_mouth",
        kind="spread",
        name=N_("Share through people"),
        meaning=N_("Of the orders paid, those whose buyer came through somebody's link."),
        grain="bucket, currency",
        unit=Unit.BPS,
        owner="social",
        params=(*parts.PERIOD, parts.grain()),
        columns=(
            parts.BUCKET,
            parts.CURRENCY_KEY,
            parts.ALL_ORDERS,
            Column("shared_orders", N_("Through people"), Unit.COUNT, behind="orders"),
            parts.ALL_GMV,
            Column("shared_minor", N_("Paid through people"), Unit.MINOR, behind="orders"),
            Column("orders_bps", N_("Share of orders"), Unit.BPS),
            Column("gmv_bps", N_("Share of money"), Unit.BPS),
        ),
        chart="line:shared_orders",
        drills=("people", "orders"),
    ),
)

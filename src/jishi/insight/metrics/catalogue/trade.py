"""Metrics of money and goods."""

from jishi.insight.metrics.catalogue import parts
from jishi.insight.metrics.contracts import Column, Metric, Param, ParamType, Unit
from jishi.kernel.errors import N_

METRICS = (
    Metric(
        code="gmv",
        kind="gmv",
        name=N_("GMV and what it is made of"),
        meaning=N_(
            "What buyers paid, delivery included, before refunds: people who bought, times orders "
            "per person, "
            "times amount per order."
        ),
        grain="bucket, part, currency",
        unit=Unit.MINOR,
        owner="trade",
        params=(*parts.PERIOD, parts.grain(), parts.BY),
        columns=(
            parts.BUCKET,
            parts.PART,
            parts.CURRENCY_KEY,
            parts.PEOPLE,
            parts.ORDERS,
            parts.GMV,
            Column("orders_per_person_pct", N_("Orders per person"), Unit.PERCENT),
            Column("amount_per_order_minor", N_("Amount per order"), Unit.MINOR),
        ),
        chart="line:gmv_minor",
        drills=("people", "orders"),
    ),
    Metric(
        code="refunds",
        kind="gmv",
        name=N_("Refunds of paid orders"),
        meaning=N_("Of the orders paid in a bucket, those whose money went back at any later time."),
        grain="bucket, part, currency",
        unit=Unit.BPS,
        owner="trade",
        params=(*parts.PERIOD, parts.grain(), parts.BY),
        columns=(
            parts.BUCKET,
            parts.PART,
            parts.CURRENCY_KEY,
            parts.ALL_ORDERS,
            Column("refunded", N_("Refunded"), Unit.COUNT, behind="orders"),
            parts.ALL_GMV,
            Column("refunded_minor", N_("Sent back"), Unit.MINOR, behind="orders"),
            parts.RATE,
        ),
        chart="line:refunded",
        drills=("people", "orders"),
    ),
    Metric(
        code="price_bands",
        kind="price",
        name=N_("Price bands"),
        meaning=N_("What was paid for one piece, in bands, with the people and orders in each."),
        grain="band, currency",
        unit=Unit.MINOR,
        owner="trade",
        params=(
            *parts.PERIOD,
            Param(
                "edges",
                ParamType.EDGES,
                N_("Edges of the bands"),
                "10,30,50,100,200,500,1000",
                hint=N_("Whole amounts, separated by commas"),
            ),
        ),
        columns=(
            Column("band_minor", N_("From"), Unit.MINOR, is_key=True),
            parts.CURRENCY_KEY,
            parts.PEOPLE,
            parts.ORDERS,
            Column("pieces", N_("Pieces"), Unit.COUNT, behind="orders"),
            parts.GMV,
        ),
        chart="bars:orders",
        drills=("people", "orders"),
    ),
    Metric(
        code="co_purchase",
        kind="basket",
        name=N_("Bought together"),
        meaning=N_(
            "Pairs of goods in one order, or of one person. Lift says how many times more often "
            "than by chance; "
            "confidence is the share of baskets with the first that have the second too."
        ),
        grain="pair of products",
        unit=Unit.MILLI,
        owner="trade",
        params=(
            *parts.PERIOD,
            Param(
                "scope",
                ParamType.CHOICE,
                N_("A basket is"),
                "order",
                (("order", N_("one order")), ("person", N_("one person"))),
            ),
            Param("least", ParamType.NUMBER, N_("At least so often"), "5", least=1, most=100_000),
            parts.MOST,
        ),
        columns=(
            Column("product_id", N_("Product"), Unit.PRODUCT, is_key=True),
            Column("with_id", N_("Together with"), Unit.PRODUCT, is_key=True),
            Column("together", N_("Baskets"), Unit.COUNT, behind="orders"),
            Column("confidence_bps", N_("Confidence"), Unit.BPS),
            Column("lift_milli", N_("Lift"), Unit.MILLI),
        ),
        chart="",
        drills=("people", "orders"),
    ),
    Metric(
        code="channels",
        kind="channel",
        name=N_("Channels"),
        meaning=N_("Where visits come from, and what people do in them. Only what browsers and apps sent."),
        grain="channel",
        unit=Unit.COUNT,
        owner="growth",
        params=parts.PERIOD,
        columns=(
            Column("channel", N_("Channel"), Unit.PART, is_key=True),
            parts.PEOPLE,
            Column("visits", N_("Visits"), Unit.COUNT),
            Column("times", N_("Times it happened"), Unit.COUNT),
            Column("viewed", N_("Looked at goods"), Unit.COUNT),
            Column("carted", N_("Used the cart"), Unit.COUNT),
        ),
        chart="bars:people",
    ),
    Metric(
        code="channel_return",
        kind="channel",
        name=N_("Cost and return of channels"),
        meaning=N_(
            "What each channel brought against what was spent on it. An order belongs to the latest "
            "visit with a "
            "named channel before it; return is what was paid less the cost, by the cost."
        ),
        grain="channel",
        unit=Unit.BPS,
        owner="growth",
        params=(
            *parts.PERIOD,
            parts.CURRENCY,
            parts.lookback(),
            Param(
                "costs",
                ParamType.COSTS,
                N_("What was spent"),
                "",
                hint=N_("For example: ad=1200, push=80.50"),
            ),
        ),
        columns=(
            Column("channel", N_("Channel"), Unit.PART, is_key=True),
            Column("visitors", N_("Visitors"), Unit.COUNT),
            Column("buyers", N_("Buyers"), Unit.COUNT, behind="people"),
            parts.ORDERS,
            parts.GMV,
            Column("cost_minor", N_("Cost"), Unit.MINOR),
            Column("cost_per_order_minor", N_("Cost per order"), Unit.MINOR),
            Column("return_bps", N_("Return"), Unit.BPS),
        ),
        chart="bars:gmv_minor",
        drills=("people", "orders"),
        lookback_days=90,
    ),
    Metric(
        code="repeat_purchase",
        kind="repeat",
        name=N_("Repeat-purchase curve"),
        meaning=N_(
            "Of the people whose first purchase fell into the span and who can be watched for so many weeks, "
            "those who had bought again by then. Several payments on one day are one purchase."
        ),
        grain="weeks since the first purchase",
        unit=Unit.BPS,
        owner="trade",
        params=(
            parts.SINCE,
            Param("joined_until", ParamType.DAY, N_("First purchase until"), "-0"),
            parts.UNTIL,
            parts.FILTERS,
            Param("periods", ParamType.NUMBER, N_("Weeks"), "26", least=1, most=104),
        ),
        columns=(
            Column("week", N_("Weeks later"), Unit.NUMBER, is_key=True),
            parts.ALL_PEOPLE,
            Column("repeated", N_("Bought again"), Unit.COUNT, behind="people"),
            parts.RATE,
        ),
        chart="bars:rate_bps",
        reads_history=True,
    ),
    Metric(
        code="purchase_counts",
        kind="repeat",
        name=N_("How often people buy"),
        meaning=N_("How many people paid one order in the period, two, three and so on."),
        grain="number of orders, currency",
        unit=Unit.COUNT,
        owner="trade",
        params=(*parts.PERIOD, Param("most", ParamType.NUMBER, N_("And more from"), "10", least=2, most=100)),
        columns=(
            Column("times", N_("Orders each"), Unit.NUMBER, is_key=True),
            parts.CURRENCY_KEY,
            parts.PEOPLE,
            parts.ORDERS,
            parts.GMV,
        ),
        chart="bars:people",
        drills=("people", "orders"),
    ),
    Metric(
        code="rfm",
        kind="rfm",
        name=N_("RFM"),
        meaning=N_(
            "Buyers in fifths by how recently, how often and for how much they bought; five is "
            "best. Equals are "
            "told apart by their number, so the fifths are the same in every run."
        ),
        grain="recency, frequency, money",
        unit=Unit.COUNT,
        owner="growth",
        params=(
            Param("since", ParamType.DAY, parts.SINCE.label, "-364"),
            parts.UNTIL,
            parts.FILTERS,
            parts.CURRENCY,
        ),
        columns=(
            Column("recency", N_("Recency"), Unit.NUMBER, is_key=True),
            Column("frequency", N_("Frequency"), Unit.NUMBER, is_key=True),
            Column("money", N_("Money"), Unit.NUMBER, is_key=True),
            parts.PEOPLE,
            parts.ALL_ORDERS,
            parts.ALL_GMV,
        ),
        chart="grid",
    ),
)

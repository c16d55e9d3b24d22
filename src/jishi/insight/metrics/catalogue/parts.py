"""Parameters and columns that several metrics share, so that they are named alike everywhere."""

from jishi.insight.metrics.catalogue.kinds import KINDS
from jishi.insight.metrics.contracts import Column, Param, ParamType, Unit
from jishi.insight.metrics.rules import DIMENSIONS
from jishi.kernel.errors import N_

DIMENSION_NAMES = {
    "": N_("No breakdown"),
    "channel": N_("Channel"),
    "shop": N_("Shop"),
    "category": N_("Category"),
    "product": N_("Product"),
    "region": N_("Region"),
    "device": N_("Device"),
    "language": N_("Language"),
    "source": N_("Source"),
    "page": N_("Page"),
    "slot": N_("Place on the page"),
    "query": N_("Search words"),
    "currency": N_("Currency"),
    "kind": N_("Kind of event"),
}
GRAIN_NAMES = (
    ("hour", N_("By hour")),
    ("day", N_("By day")),
    ("week", N_("By week")),
    ("month", N_("By month")),
    ("total", N_("In total")),
)

SINCE = Param("since", ParamType.DAY, N_("From"), "-29")
UNTIL = Param("until", ParamType.DAY, N_("To"), "-0")
FILTERS = Param(
    "filters", ParamType.FILTERS, N_("Only where"), "", hint=N_("For example: channel=share, device=phone")
)
PERIOD = (SINCE, UNTIL, FILTERS)
BY = Param("by", ParamType.BY, N_("Broken down by"), "", tuple((d, DIMENSION_NAMES[d]) for d in DIMENSIONS))
MOST = Param("most", ParamType.NUMBER, N_("Rows at most"), "50", least=1, most=1000)
CURRENCY = Param(
    "currency",
    ParamType.CHOICE,
    N_("Currency"),
    "CNY",
    tuple((code, code) for code in ("CNY", "USD", "EUR", "HKD", "JPY", "GBP", "SGD", "TWD")),
)

BUCKET = Column("bucket", N_("When"), Unit.BUCKET, is_key=True)
PART = Column("part", N_("Part"), Unit.PART, is_key=True)
CURRENCY_KEY = Column("currency", N_("Currency"), Unit.TEXT, is_key=True)
PEOPLE = Column("people", N_("People"), Unit.COUNT, behind="people")
ORDERS = Column("orders", N_("Orders"), Unit.COUNT, behind="orders")
GMV = Column("gmv_minor", N_("Paid"), Unit.MINOR, behind="orders")
ALL_PEOPLE = Column("people", N_("People"), Unit.COUNT)
ALL_ORDERS = Column("orders", N_("Orders"), Unit.COUNT)
ALL_GMV = Column("gmv_minor", N_("Paid"), Unit.MINOR)
RATE = Column("rate_bps", N_("Share"), Unit.BPS)


def grain(
    default: str = "day", *, names: tuple[str, ...] = ("hour", "day", "week", "month", "total")
) -> Param:
    """The choice of the size of a bucket."""
    return Param(
        "grain",
        ParamType.GRAIN,
        N_("Grain"),
        default,
        tuple(pair for pair in GRAIN_NAMES if pair[0] in names),
    )


def kind(code: str, label: str, default: str, *, any_one: bool = False) -> Param:
    """The choice of a kind of event, or of any."""
    options = ((("", N_("Anything")),) if any_one else ()) + KINDS
    return Param(code, ParamType.KIND, label, default, options)


def lookback(default: str = "7") -> Param:
    """How many days before an order a touch still counts."""
    return Param("lookback_days", ParamType.NUMBER, N_("Days that a touch counts"), default, least=1, most=90)


def window(default: str = "168") -> Param:
    """How long a passage may take."""
    return Param("window_hours", ParamType.NUMBER, N_("Within hours"), default, least=1, most=2160)

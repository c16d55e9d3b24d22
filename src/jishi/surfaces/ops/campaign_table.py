"""What a campaign did as a table that leaves the house: sums only, nobody's name.

One line per figure. Differences and intervals are whole numbers in millionths, so that a minus is a minus and
not the beginning of a formula.
"""

from collections.abc import Iterator, Sequence

from jishi.growth.campaigns.contracts import CampaignView, PartFigures, ReadOut
from jishi.insight.experiments.contracts import Reading

HEADER = (
    *("part", "name", "arm", "people", "people_compared", "value", "value_compared"),
    *("difference_e6", "low_e6", "high_e6", "p_e6"),
)
Row = tuple[object, ...]


def rows(found: CampaignView, read: ReadOut | None, parts: Sequence[PartFigures]) -> Iterator[Row]:
    """Every figure of the newest reading, and of what belongs to a festival."""
    yield _line("campaign", found.draft.name, value=found.draft.currency)
    for part in parts:
        kind, name = part.part.kind, part.name
        yield _line(kind, f"{name}: orders", people=part.people, value=part.orders)
        yield _line(kind, f"{name}: amount_minor", people=part.people, value=part.amount_minor)
    if read is None:
        return
    yield _line("reading", "at", value=read.at)
    for arm, count in sorted(read.people.items()):
        yield _line("people", "reached the goal", arm, people=count, value=read.goals.get(arm, 0))
    plain = (
        "cost_minor",
        "reached",
        "objections",
        "gained",
        "sharers",
        "visits",
        "brought",
        "onward",
        "hops",
    )
    for name in plain:
        yield _line("spread" if name in plain[3:] else "cost", name, value=getattr(read, name))
    for one in read.readings:
        yield _reading("against held out", one)
    for key, those in read.splits.items():
        for one in those:
            yield _reading(f"step {key}", one)
    if read.usual is not None:
        yield _line("before and after", "orders of whole days", value=read.usual.orders)
        low, high = _digits(read.usual.low), _digits(read.usual.high)
        yield (
            *_line("before and after", "expected_e6", value=_digits(read.usual.expected))[:8],
            low,
            high,
            "",
        )
    for day in read.days:
        yield _line("day", day.day, value=day.orders)


def _line(part: str, name: str, arm: str = "", *, people: object = "", value: object = "") -> Row:
    return (part, name, arm, people, "", value, *("",) * 5)


def _reading(part: str, one: Reading) -> Row:
    return (
        *(part, one.measure, one.arm, one.n, one.n_control, _digits(one.mean), _digits(one.mean_control)),
        *(
            _digits(one.always.value),
            _digits(one.always.low),
            _digits(one.always.high),
            _digits(one.always.p),
        ),
    )


def _digits(value: float) -> int:
    return round(value * 1_000_000)

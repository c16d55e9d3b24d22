"""What single people are measured by: the kept limits, or defaults before the first computation."""

from dataclasses import dataclass
from datetime import date, datetime

from jishi.insight.behavior.contracts import ZONE
from jishi.insight.portraits.models import Yardstick

DEFAULT_CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Measure:
    """The limits between the fifths of all buyers, the quantiles of reach, and the main currency."""

    recency: tuple[int, ...] = (14, 30, 60, 120)
    frequency: tuple[int, ...] = (2, 3, 4, 6)
    money: tuple[int, ...] = (5_000, 10_000, 20_000, 50_000)
    reach: tuple[int, ...] = (20, 100)
    currency: str = DEFAULT_CURRENCY
    computed_at: datetime | None = None


def measure() -> Measure:
    """Return the limits as they were last found in the data."""
    row = Yardstick.objects.filter(pk="measure").first()
    if row is None:
        return Measure()
    value = row.value
    return Measure(
        recency=tuple(value["recency"]),
        frequency=tuple(value["frequency"]),
        money=tuple(value["money"]),
        reach=tuple(value["reach"]),
        currency=value["currency"],
        computed_at=row.computed_at,
    )


def today(at: datetime) -> date:
    """Return the platform's day of an instant."""
    return at.astimezone(ZONE).date()

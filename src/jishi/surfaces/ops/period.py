"""The span of time a console page is about, read from the address and written back into it.

Days are the platform's; a span includes its first day and its last one. The span before it is as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext

from jishi.kernel import clock
from jishi.surfaces.shell.formats import PLATFORM_ZONE

RANGES: Mapping[str, int] = {"1": 1, "7": 7, "30": 30, "90": 90}
USUAL = "30"
LONGEST_DAYS = 731


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, from ``first`` to ``last``; ``chosen`` names the range if it is a usual one."""

    first: date
    last: date
    chosen: str
    compares: bool

    @property
    def since(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.first, time(), PLATFORM_ZONE)

    @property
    def until(self) -> datetime:
        """The instant after the last one."""
        return datetime.combine(self.last + timedelta(days=1), time(), PLATFORM_ZONE)

    @property
    def days(self) -> list[date]:
        """Every day of the span."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> "Period":
        """The span of the same length that ends where this one begins."""
        length = timedelta(days=len(self.days))
        return Period(self.first - length, self.last - length, "", False)

    @property
    def query(self) -> str:
        """The span for the address of a list."""
        return f"since={self.first.isoformat()}&until={self.last.isoformat()}"


def of(query: Mapping[str, str], *, at: datetime | None = None) -> Period:
    """Read a span from an address; what makes no sense becomes the usual one."""
    today = clock.at_or_now(at).astimezone(PLATFORM_ZONE).date()
    compares = query.get("compare") == "1"
    first, last = _day(query.get("since")), _day(query.get("until"))
    if first is not None and last is not None and first <= last and (last - first).days < LONGEST_DAYS:
        return Period(first, last, "", compares)
    chosen = query.get("range", "")
    chosen = chosen if chosen in RANGES else USUAL
    return Period(today - timedelta(days=RANGES[chosen] - 1), today, chosen, compares)


def span(query: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """The instants of a list's optional span; (None, None) without one."""
    first, last = _day(query.get("since")), _day(query.get("until"))
    if first is None or last is None:
        return None, None
    found = Period(first, last, "", False)
    return found.since, found.until


def choices() -> tuple[tuple[str, str], ...]:
    """The usual ranges with their names."""
    return (
        ("1", gettext("Today")),
        ("7", gettext("7 days")),
        ("30", gettext("30 days")),
        ("90", gettext("90 days")),
    )


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 9000 else None

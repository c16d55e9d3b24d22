"""What an event must look like, when it really happened, and who is no person. Pure.

Invariant: the same event read twice gives the same row; whatever cannot be a row is a :class:`Refused` with a
reason, never silently dropped.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from jishi.insight.behavior import schema
from jishi.insight.behavior.contracts import ZONE

SKEW_TOLERATED = timedelta(seconds=5)
FUTURE_TOLERATED = timedelta(minutes=2)
LATEST = {"web": timedelta(days=8), "app": timedelta(days=31), "mini": timedelta(days=31)}
"""How late an event may come; facts of the server and files may be as old as they like."""
SEEN_DAYS = 8
SESSION_GAP = timedelta(minutes=30)
MOST_PER_MINUTE = 300
"""More events of one browser within a minute come from no person."""
MOST_OF_ONE_THING = 50
"""How often one identity may count for one thing in a day."""
BLIND_VIEWS = 30
"""So many views without one exposure and one page come from somebody who sees no pages."""
MOST_PROPS = 1024
RETENTION = timedelta(days=760)
DEAD_RETENTION = timedelta(days=30)
READER_GRACE = timedelta(minutes=15)

BOT = re.compile(
    r"bot|crawl|spider|slurp|headless|phantom|scrapy|python|curl|wget|httpx|http-?client|java/|go-http|"
    r"lighthouse|preview|monitor|facebookexternalhit|bytespider|scan",
    re.I,
)
_TABLET = re.compile(r"ipad|tablet|android(?!.*mobile)", re.I)
_PHONE = re.compile(r"iphone|android|mobile|harmony|micromessenger", re.I)
_DESK = re.compile(r"windows|macintosh|x11|linux|cros", re.I)
_CODE = re.compile(r"^[0-9A-Za-z_-]{1,64}$")
_UUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class Refused(ValueError):
    """This row cannot be kept; `reason` is stable, `detail` for the reader."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def day_of(ts: datetime) -> date:
    """Return the day of figures an instant belongs to."""
    return _day_of_hour(ts.astimezone(UTC).replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=4096)
def _day_of_hour(hour: datetime) -> date:
    """The platform's midnight falls on a full hour, so an hour of events is one question to the zone."""
    return hour.astimezone(ZONE).date()


@lru_cache(maxsize=65_536)
def visitor_number(visitor: str) -> int:
    """Return the stable negative number of a browser, used until its person is known."""
    return -(int.from_bytes(hashlib.sha256(visitor.encode()).digest()[:8], "big") >> 2) - 1


def is_bot_agent(agent: str, source: str) -> bool:
    """Whether what a browser calls itself is no browser's name."""
    return source == "web" and (len(agent) < 20 or bool(BOT.search(agent)))


def device_of(agent: str) -> str:
    """Return what kind of machine an agent names."""
    if _TABLET.search(agent):
        return "tablet"
    if _PHONE.search(agent):
        return "phone"
    return "desk" if _DESK.search(agent) else "other"


def skew_of(sent_at: object, received_at: datetime) -> timedelta:
    """Return how far the sender's clock is behind ours; small differences are the network's."""
    if isinstance(sent_at, bool) or not isinstance(sent_at, int | float):
        return timedelta(0)
    try:
        skew = received_at - datetime.fromtimestamp(sent_at / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return timedelta(0)
    return timedelta(0) if abs(skew) <= SKEW_TOLERATED else skew


def moment(at: object, *, skew: timedelta, received_at: datetime, source: str) -> datetime:
    """Return when an event happened by our clock.

    :raises Refused: the moment is missing, in the future even by the sender's own clock, or too long ago.
    """
    if isinstance(at, bool) or not isinstance(at, int | float):
        raise Refused("moment_missing")
    try:
        ts = datetime.fromtimestamp(at / 1000, UTC) + skew
    except (OverflowError, OSError, ValueError):
        raise Refused("moment_impossible", str(at)[:40]) from None
    if ts > received_at:
        if ts > received_at + FUTURE_TOLERATED:
            raise Refused("from_the_future", ts.isoformat())
        return received_at
    if source in LATEST and ts < received_at - LATEST[source]:
        raise Refused("too_late", ts.isoformat())
    return ts


def event_uuid(value: object) -> str:
    """Return an event's id as it is always written.

    :raises Refused: it is no uuid.
    """
    if isinstance(value, str) and _UUID.match(value):
        return value
    try:
        return str(uuid.UUID(value))  # type: ignore[arg-type]
    except (ValueError, TypeError, AttributeError):
        raise Refused("id_missing", str(value)[:40]) from None


def fact_id(digest: str, at: datetime) -> uuid.UUID:
    """Return the id of a fact: time-ordered, and the same whenever the fact is told again."""
    milliseconds = int(at.timestamp() * 1000) & (2**48 - 1)
    bits = int(digest[:32], 16)
    value = milliseconds << 80 | 0x7 << 76 | ((bits >> 64) & 0xFFF) << 64 | 0b10 << 62 | (bits & (2**62 - 1))
    return uuid.UUID(int=value)


def text(value: object, most: int = 64) -> str:
    """Return a short text that a file can hold, or the empty string."""
    if not isinstance(value, str):
        return ""
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()  # JSON may hold half a character
    return value.replace("\x00", "")[:most].strip()


def code(value: object) -> str:
    """Return something that can be a public code, or the empty string."""
    return value if isinstance(value, str) and _CODE.match(value) else ""


def whole(value: object, *, least: int = 0, most: int = 2**31 - 1) -> int | None:
    """Return a whole number within its bounds, or None."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        return None
    return value


def one_of(value: object, known: tuple[str, ...], otherwise: str) -> str:
    """Return one of the known words."""
    return value if isinstance(value, str) and value in known else otherwise


def props(value: object) -> str:
    """Return the rest of an event as small JSON.

    :raises Refused: it is too large.
    """
    if not isinstance(value, Mapping) or not value:
        return "{}"
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if not packed.isascii():
        packed = packed.encode("utf-8", "replace").decode()
    if len(packed) > MOST_PROPS:
        raise Refused("props_too_large", str(len(packed)))
    return packed


def check_kind(name: object, source: str) -> schema.Kind:
    """Return a kind of event.

    :raises Refused: there is none of this name, or a browser tells what only the server knows.
    """
    kind = schema.BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Refused("kind_unknown", str(name)[:40])
    if source in ("web", "app", "mini") and kind.sender != schema.SCRIPT:
        raise Refused("kind_of_the_server", kind.name)
    return kind


def person_at(links: list[tuple[int, datetime]], ts: datetime) -> int | None:
    """Return whom an unnamed event of a browser belongs to: who signed in next, or its only person ever."""
    for person_id, linked_at in links:
        if linked_at >= ts:
            return person_id
    people = {person_id for person_id, _ in links}
    return people.pop() if len(people) == 1 else None

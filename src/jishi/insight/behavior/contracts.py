"""What leaves this domain: the lake's columns, the kinds of events, and how the pipeline is doing.

The names of the columns are the same in every engine that reads the lake, and in every file that fills it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jishi.kernel.errors import N_

ZONE = ZoneInfo("Asia/Shanghai")
"""The platform's zone: its midnight ends a day of figures."""

SCHEMA_VERSION = 1
"""Grows when a column or a kind is added; nothing is ever renamed or given another meaning."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the lake, in the words of SQL."""

    name: str
    type: str
    meaning: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event. `sender` is "script" (seen in the browser) or "server" (a fact of the shop).

    `required` are the columns without which such an event means nothing. Facts that carry out a contract
    (`is_contract`) are kept without a person when the person does not allow analytics; all others are not.
    """

    name: str
    meaning: str
    sender: str
    required: tuple[str, ...] = ()
    is_contract: bool = False
    since: int = 1


@dataclass(frozen=True, slots=True)
class Sender:
    """What the server knows about whoever sent a batch; nothing of it is taken from the batch."""

    source: str
    visitor: str
    person_id: int | None = None
    agent: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Lake:
    """The files that hold the events at this moment, from the manifest.

    Files that were replaced stay on disk for some minutes, so that a reader that started before may finish;
    only after the erasure of a person are they removed at once: a reader that misses one asks again.
    """

    files: tuple[str, ...]
    rows: int
    newest_ts: datetime | None
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One file of the manifest."""

    path: str
    day: date
    rows: int
    min_ts: datetime
    max_ts: datetime
    min_user: int
    max_user: int
    level: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Compacted:
    """What one round of the compactor did."""

    batches: int = 0
    events: int = 0
    doubled: int = 0
    dead: int = 0
    without_consent: int = 0
    erased: int = 0
    bots: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class Merged:
    """What one round of merging did."""

    days: int = 0
    files_before: int = 0
    files_after: int = 0
    relabelled: int = 0


@dataclass(frozen=True, slots=True)
class Erased:
    """What it took to forget a person, and the proof: how many rows a scan still found."""

    person_id: int
    rows: int
    files: int
    left: int


@dataclass(frozen=True, slots=True)
class Health:
    """How far the pipeline is behind, and what it could not take."""

    inbox_batches: int
    inbox_events: int
    oldest_at: datetime | None
    oldest_age_s: float
    lag_s: float | None
    dead_letters: int
    files: int
    hot_files: int
    rows: int
    bytes: int
    newest_ts: datetime | None
    last_written_at: datetime | None
    waiting_erasures: int


@dataclass(frozen=True, slots=True)
class DeadLetterView:
    """A row that was not taken, with the reason."""

    id: int
    reason: str
    detail: str
    source: str
    row: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class DirtyDay:
    """A (day, user) whose events changed since its aggregates were made."""

    day: date
    user_id: int
    marked_at: datetime


@dataclass(frozen=True, slots=True)
class RowIssue:
    """A row of an imported file that was not taken; the first data row is number 1."""

    row: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of importing a file."""

    rows: int
    taken: int
    dead: int
    issues: tuple[RowIssue, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


LAKE: tuple[Column, ...] = (
    Column("event_id", "VARCHAR", N_("the event's own id (uuid, time-ordered); an event is kept once"), True),
    Column("ts", "TIMESTAMP", N_("when it happened, UTC, corrected by the sender's clock error"), True),
    Column("received_at", "TIMESTAMP", N_("when we got it, UTC"), True),
    Column(
        "day", "DATE", N_("the day of `ts` in the platform's time zone; also the folder of the file"), True
    ),
    Column("kind", "VARCHAR", N_("what happened: see the kinds"), True),
    Column(
        "user_id", "BIGINT", N_("the person; before they are known, a negative number of the browser"), True
    ),
    Column("person_id", "BIGINT", N_("the person, when known")),
    Column("visitor", "VARCHAR", N_("the browser's first-party id; empty for facts of the server"), True),
    Column("session_id", "VARCHAR", N_("one sitting: ends after 30 minutes of silence"), True),
    Column("product_id", "BIGINT", N_("the product it is about")),
    Column("note_id", "BIGINT", N_("the note it is about")),
    Column("shop_id", "BIGINT", N_("the shop it is about")),
    Column("category_id", "BIGINT", N_("the category of the product")),
    Column("order_code", "VARCHAR", N_("the order it is about")),
    Column("amount_minor", "BIGINT", N_("money in minor units; for an order, this line's part of its total")),
    Column("currency", "VARCHAR", N_("of the money")),
    Column("quantity", "INTEGER", N_("pieces")),
    Column("share_code", "VARCHAR", N_("the share link by which they came")),
    Column("from_user_id", "BIGINT", N_("who brought them; for `followed`, whom they follow")),
    Column("channel", "VARCHAR", N_("direct, share, search, ad, push, mail, site or other"), True),
    Column("source", "VARCHAR", N_("web, app, mini, server or file"), True),
    Column("device", "VARCHAR", N_("phone, tablet, desk or other"), True),
    Column(
        "region", "VARCHAR", N_("the region of the person's delivery address, where a sender knows it"), True
    ),
    Column("language", "VARCHAR", N_("the language of the page"), True),
    Column("page", "VARCHAR", N_("the name of the page's route"), True),
    Column("slot", "VARCHAR", N_("where in the page"), True),
    Column("position", "INTEGER", N_("the place in the slot, from 1")),
    Column("query", "VARCHAR", N_("the words of a search")),
    Column("props", "VARCHAR", N_("anything else, small, as JSON"), True),
    Column("is_bot", "BOOLEAN", N_("no person: left out by every metric"), True),
)
COLUMNS: tuple[str, ...] = tuple(column.name for column in LAKE)

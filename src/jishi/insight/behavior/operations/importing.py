"""Files of events from elsewhere: CSV, JSON lines or Parquet, row by row through the same checks as all.

Invariant: importing the same file twice keeps each of its rows once. A row that cannot be taken is a dead
letter with its number; the rest is taken.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from jishi.insight.behavior import rows as reading
from jishi.insight.behavior import rules
from jishi.insight.behavior.contracts import COLUMNS, Imported, RowIssue
from jishi.insight.behavior.errors import FileUnreadable, MappingUnknown
from jishi.insight.behavior.models import DeadLetter
from jishi.insight.behavior.operations import compacting, resolving
from jishi.kernel import clock

HELPING = 20_000
SHOWN = 100
NUMBERS = frozenset(
    ("person", "product_id", "note_id", "shop_id", "category_id", "amount_minor", "quantity", "position")
) | {"from_user_id"}
FIELDS = frozenset(
    ("id", "at", "kind", "person", "visitor", "session", "product", "note", "shop", "share", "props")
) | set(COLUMNS)
ALIASES = {
    "event_id": "id", "ts": "at", "timestamp": "at", "time": "at", "event_time": "at", "event": "kind",
    "event_type": "kind", "person_id": "person", "user": "visitor", "user_pseudo_id": "visitor",
    "session_id": "session", "share_code": "share", "sku": "product",
}  # fmt: skip
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _State:
    """What has come of the file so far."""

    taken: int = 0
    count: int = 0
    dead: int = 0
    issues: list[RowIssue] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def refuse(self, number: int, refusal: rules.Refused) -> None:
        """Count a row that was not taken, and keep the first ones to show."""
        self.dead += 1
        if len(self.issues) < SHOWN:
            self.issues.append(RowIssue(number, refusal.reason, refusal.detail))


def import_file(
    *,
    path: Path,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    at: datetime | None = None,
) -> Imported:
    """Take the events of a file; `mapping` says which header is which field of an event.

    A dry run says what would become of each row and changes nothing.

    :raises FileUnreadable: the file is none of the three kinds, or is damaged.
    :raises MappingUnknown: the mapping names no field of an event.
    """
    for name in (mapping or {}).values():
        if name and name not in FIELDS:
            raise MappingUnknown(name=name)
    digest, now, state = _digest(path), clock.at_or_now(at), _State()
    helping: list[tuple[int, Mapping[str, Any]]] = []
    for number, raw in enumerate(_rows(path), 1):
        helping.append((number, raw))
        if len(helping) >= HELPING:
            _take(state, helping, dict(mapping or {}), digest, now, dry_run)
            helping = []
            if progress:
                progress(number, 0)
    if helping:
        _take(state, helping, dict(mapping or {}), digest, now, dry_run)
    return Imported(state.count, state.taken, state.dead, tuple(state.issues), state.columns)


def _take(
    state: _State,
    helping: list[tuple[int, Mapping[str, Any]]],
    mapping: dict[str, str],
    digest: str,
    now: datetime,
    dry_run: bool,
) -> None:
    context = reading.context({"source": "file", "agent": ""}, {"device": "other"}, now)
    good: list[reading.Row] = []
    dead: list[DeadLetter] = []
    for number, raw in helping:
        state.count += 1
        event = _event(raw, mapping, digest, number, state.columns)
        meta = {"source": "file", "row": number, "received_at": now.isoformat()}
        try:
            row = reading.build(event, context)
        except rules.Refused as refusal:
            state.refuse(number, refusal)
            dead.append(compacting.letter(refusal, event, "file", f"{digest[:24]}:{number}", meta))
            continue
        row["_raw"], row["_batch"], row["_meta"], row["_number"] = (
            event, f"{digest[:24]}:{number}", meta, number,
        )  # fmt: skip
        good.append(row)
    if dry_run:
        resolving.fill_ids(good)
    else:
        with transaction.atomic():
            state.taken += compacting.keep(good, dead, at=now)["events"]
    for row in good:  # ids are filled now, so what is missing is known
        if lacking := resolving.missing(row):
            state.refuse(row["_number"], rules.Refused("column_missing", lacking))
    if dry_run:
        state.taken += sum(not resolving.missing(row) for row in good)


def _event(
    raw: Mapping[str, Any], mapping: dict[str, str], digest: str, number: int, columns: dict[str, str]
) -> dict[str, Any]:
    """Return a row of the file as an event; what has no place of its own goes into `props`."""
    event: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for header, value in raw.items():
        if value is None or value == "" or not isinstance(header, str):
            continue
        key = header.strip().lower()
        name = mapping.get(header, ALIASES.get(key, key))
        if name in FIELDS:
            columns[header] = name
            event[name] = value
        elif name:
            columns[header] = "props"
            rest[key] = value
    event["at"] = _instant(event.get("at"))
    if "id" not in event:
        event["id"] = str(
            rules.fact_id(
                hashlib.sha256(f"{digest}|{number}".encode()).hexdigest(), datetime.fromtimestamp(0, UTC)
            )
        )
    for name in NUMBERS & event.keys():
        event[name] = _number(event[name])
    given = event.get("props")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = {"text": given}
    event["props"] = {**rest, **given} if isinstance(given, dict) else rest
    return {name: _plain(value) for name, value in event.items()}


def _instant(value: Any) -> float | None:
    """Return milliseconds of an instant, of ISO 8601 (UTC without a zone), or of seconds or milliseconds."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000
    number = _number(value)
    if number is None:
        try:
            parsed = datetime.fromisoformat(str(value))
        except ValueError:
            return None
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000
    return number if number > 10**11 else number * 1000


def _number(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    text = str(value).strip()
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else str(value)


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read a file as a stream of rows, by what its name ends with.

    :raises FileUnreadable: it is none of the three kinds, or is damaged.
    """
    ending = path.suffix.lower()
    try:
        if ending == ".parquet":
            yield from _parquet_rows(path)
        elif ending in (".jsonl", ".ndjson", ".json"):
            with path.open(encoding="utf-8-sig") as lines:
                yield from (_json_row(line) for line in lines if line.strip())
        elif ending in (".csv", ".tsv", ".txt"):
            with path.open(encoding="utf-8-sig", newline="") as lines:
                yield from csv.DictReader(lines, delimiter="\t" if ending == ".tsv" else ",")
        else:
            raise FileUnreadable(reason=f"{ending or 'no ending'}: .csv, .tsv, .jsonl or .parquet")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadable(reason=str(error)[:200]) from error


def _json_row(line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {"kind": line[:40]}
    return row if isinstance(row, dict) else {"kind": str(row)[:40]}


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    try:
        file = parquet.ParquetFile(path)
        for batch in file.iter_batches(batch_size=HELPING):
            yield from batch.to_pylist()
    except pa.ArrowInvalid as error:
        raise FileUnreadable(reason=str(error)[:200]) from error


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileUnreadable(reason=str(error)[:200]) from error

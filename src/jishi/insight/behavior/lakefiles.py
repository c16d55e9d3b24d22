"""Writing one file of events so that it is whole or not there: tmp, fsync, rename, fsync of the folder.

Invariant: a name is written once and never again. pyarrow is loaded when the first file is written, so that
processes that answer requests never hold it.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jishi.insight.behavior.contracts import LAKE

TMP = ".tmp"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is on the disk for good, and what the manifest says about it."""

    path: str
    day: date
    rows: int
    min_ts: datetime
    max_ts: datetime
    min_user: int
    max_user: int
    bytes: int


def arrow_schema() -> Any:
    """Return the lake's columns as Arrow has them."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    types = {
        "VARCHAR": pa.string(),
        "TIMESTAMP": pa.timestamp("us"),
        "DATE": pa.date32(),
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "BOOLEAN": pa.bool_(),
    }
    return pa.schema([(column.name, types[column.type]) for column in LAKE])


def name_for(day: date, level: int) -> str:
    """Return a new name, relative to the folder of events."""
    return f"dt={day.isoformat()}/{'hmd'[level]}-{uuid.uuid4().hex}.parquet"


def write(folder: Path, day: date, rows: Mapping[str, Sequence[Any]], *, level: int = 0) -> Written:
    """Write one day's rows, sorted by person and moment."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    users, moments = rows["user_id"], rows["ts"]
    schema = arrow_schema()
    columns = [pa.array(rows[field.name], field.type) for field in schema]
    table = pa.Table.from_arrays(columns, schema=schema)
    table = table.sort_by([("user_id", "ascending"), ("ts", "ascending")])
    name = name_for(day, level)
    with durable(folder, name) as tmp:
        parquet.write_table(table, tmp, compression="zstd", compression_level=3)
    return Written(
        path=name,
        day=day,
        rows=len(users),
        min_ts=min(moments).replace(tzinfo=UTC),
        max_ts=max(moments).replace(tzinfo=UTC),
        min_user=min(users),
        max_user=max(users),
        bytes=(folder / name).stat().st_size,
    )


class durable:
    """Gives a name to write to; at the end the file has its own name and survives a loss of power."""

    def __init__(self, folder: Path, name: str) -> None:
        self.target = folder / name
        self.tmp = self.target.with_name(self.target.name + TMP)

    def __enter__(self) -> Path:
        if not self.target.parent.is_dir():
            self.target.parent.mkdir(parents=True, exist_ok=True)
            sync(self.target.parent.parent)
        return self.tmp

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            with suppress(OSError):
                self.tmp.unlink()
            return
        sync(self.tmp)
        self.tmp.rename(self.target)
        sync(self.target.parent)


def sync(path: Path) -> None:
    """Have a file or a folder on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def remove(folder: Path, names: Sequence[str]) -> int:
    """Take files away; those that are gone already do not matter."""
    removed = 0
    for name in names:
        with suppress(FileNotFoundError):
            (folder / name).unlink()
            removed += 1
    return removed


def event_ids(paths: Sequence[Path]) -> set[str]:
    """Return the ids of all events in some files."""
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    found: set[str] = set()
    for path in paths:
        found.update(parquet.read_table(path, columns=["event_id"]).column(0).to_pylist())
    return found

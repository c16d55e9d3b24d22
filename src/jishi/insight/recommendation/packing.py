"""Lists as rows of PostgreSQL's binary COPY, packed by whole arrays: as text, a quarter of the time of a
refresh would go into writing digits.

Invariant: a row has exactly the columns (list, subject_id, keys, scores, reasons, made_at).
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import numpy as np

from jishi.insight.recommendation.refreshing import Lists

HEAD = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TAIL = struct.pack(">h", -1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
COLUMNS = 6
INT8, INT2 = 20, 21  # numbers of the types in every PostgreSQL


def rows(name: str, subjects: np.ndarray, keys: np.ndarray, made: Lists, at: datetime) -> bytes:
    """The rows of some lists, those of equal length together; an empty list has no row."""
    alive = made.items >= 0
    lengths = alive.sum(1)
    shares = np.rint(made.scores * 1000).astype(np.int16)
    packed = []
    for length in np.unique(lengths[lengths > 0]).tolist():
        some = np.flatnonzero(lengths == length)
        inside = alive[some]
        table = np.zeros(len(some), _row(len(name.encode()), length))
        table["columns"] = COLUMNS
        _value(table, "list", np.bytes_(name.encode()))
        _value(table, "subject", subjects[made.subjects[some]])
        _array(table, "keys", INT8, keys[made.items[some][inside]].reshape(-1, length))
        _array(table, "scores", INT2, shares[some][inside].reshape(-1, length))
        _array(table, "reasons", INT2, made.reasons[some][inside].reshape(-1, length))
        _value(table, "made_at", (at - EPOCH) // timedelta(microseconds=1))
        packed.append(table.tobytes())
    return b"".join(packed)


def _row(name: int, length: int) -> np.dtype:
    return np.dtype(
        [
            ("columns", ">i2"),
            ("list", _field(f"S{name}")),
            ("subject", _field(">i8")),
            ("keys", _field(_elements(">i8", length))),
            ("scores", _field(_elements(">i2", length))),
            ("reasons", _field(_elements(">i2", length))),
            ("made_at", _field(">i8")),
        ]
    )


def _field(kind: np.dtype | str) -> np.dtype:
    return np.dtype([("size", ">i4"), ("value", kind)])


def _elements(kind: str, length: int) -> np.dtype:
    head = [(name, ">i4") for name in ("dimensions", "nulls", "type", "length", "first")]
    return np.dtype([*head, ("elements", _field(kind), (length,))])


def _value(table: np.ndarray, column: str, value: object) -> None:
    table[column]["size"] = table.dtype[column]["value"].itemsize
    table[column]["value"] = value


def _array(table: np.ndarray, column: str, kind: int, values: np.ndarray) -> None:
    into = table[column]["value"]
    table[column]["size"] = into.dtype.itemsize
    into["dimensions"], into["type"], into["length"], into["first"] = 1, kind, values.shape[1], 1
    into["elements"]["size"] = into.dtype["elements"].base["value"].itemsize
    into["elements"]["value"] = values

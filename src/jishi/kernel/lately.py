"""What pages may show a few seconds late: read once, kept in this process, read again when it is older.

Only for showing. Whatever money, stock or rights depend on is asked of the database each time.
"""

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

Value = TypeVar("Value")


class Lately(Generic[Value]):
    """A value that is at most some seconds old. Threads may read it at the same time; then each of them has a
    true one.
    """

    def __init__(self, read: Callable[[], Value], *, seconds: float) -> None:
        self._read, self._seconds = read, seconds
        self._kept: tuple[float, Value] | None = None
        _all.add(self)

    def get(self) -> Value:
        """Return the value, read again where the kept one is too old."""
        now, kept = time.monotonic(), self._kept
        if kept is None or now - kept[0] > self._seconds:
            self._kept = kept = (now, self._read())
        return kept[1]

    def forget(self) -> None:
        """Read it again when it is next asked for."""
        self._kept = None


_all: WeakSet[Lately[Any]] = WeakSet()


def forget_all() -> None:
    """Let every value be read again: for tests, whose database is empty again each time."""
    for one in _all:
        one.forget()

"""A small circuit breaker: a peer that keeps failing is left alone for a while, then tried by one caller.

Without it every thread of the shop would wait out the time-outs of a dead peer.
"""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Closed until ``failures`` in a row; then open for ``rest_s``; then one probe decides."""

    def __init__(
        self, *, failures: int = 5, rest_s: float = 10.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._rest_s = rest_s
        self._now = now
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until = 0.0

    def allows(self) -> bool:
        """Whether a call may be made. After the rest only the first asker may, until its outcome is known."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._now() < self._open_until:
                return False
            self._open_until = self._now() + self._rest_s
            return True

    def succeeded(self) -> None:
        """The peer answered; a refusal is an answer."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """The peer did not answer."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit:
                self._open_until = self._now() + self._rest_s

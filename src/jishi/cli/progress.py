"""What a person sees while a command works: the step, then how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Prints one line per step, and a moving count where the step reports one."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.live = sys.stdout.isatty()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self.started

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Name a step while it runs, and its time when it has ended."""
        began = time.monotonic()
        if self.live:
            print(f"  …  {words}", end="", flush=True)
        try:
            yield
        except BaseException:
            self._line(f"  ✗  {words}")
            raise
        self._line(f"  ✓  {words}  {time.monotonic() - began:.1f} s")

    def count(self, words: str, done: int, total: int | None = None) -> None:
        """Show how far a long step has come (only where the line can move)."""
        if not self.live:
            return
        of = f" of {total:,}" if total else ""
        print(f"\r\033[K  …  {words}: {done:,}{of}  {self.elapsed_s:.0f} s", end="", flush=True)

    def _line(self, words: str) -> None:
        print(f"\r\033[K{words}" if self.live else words, flush=True)

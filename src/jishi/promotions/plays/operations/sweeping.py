"""Working due rows one by one, so that one that fails holds up no other."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

log = structlog.get_logger("plays")
Key = TypeVar("Key", int, str)


def each(keys: Iterable[Key], work: Callable[[Key], int]) -> int:
    """Work every key, whatever happens to the others; the first failure is raised once all had their turn."""
    done = 0
    failure: Exception | None = None
    for one in list(keys):
        try:
            done += work(one)
        except Exception as error:
            log.error("plays.sweep_failed", id=one, exc_info=error)
            failure = failure or error
    if failure is not None:
        raise failure
    return done

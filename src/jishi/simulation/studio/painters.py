"""Painters beside the process that builds a world: its pictures cost as much as all its deals.

Processes and not threads, because most of a drawing holds the interpreter's lock; started anew and not
forked, because the builder has threads and connections. They step back for it, and end with it, whatever it
dies of.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection

POLITENESS = 5


@contextmanager
def at_work() -> Iterator[Executor]:
    """As many painters as there are cores; whatever they have not begun when the block ends is dropped."""
    painters = ProcessPoolExecutor(
        os.cpu_count() or 1, mp_context=multiprocessing.get_context("spawn"), initializer=_step_back
    )
    try:
        yield painters
    finally:
        painters.shutdown(cancel_futures=True)


def _step_back() -> None:
    """Leave Ctrl-C to the builder, and the cores too when it wants them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(POLITENESS)
    threading.Thread(target=_end_with_the_builder, daemon=True).start()


def _end_with_the_builder() -> None:
    builder = multiprocessing.parent_process()
    if builder is not None:
        connection.wait([builder.sentinel])
        os._exit(1)

"""One computation on several cores: forks of this process take pieces from a common queue.

Forks and not threads, because the calls into numpy are too short for the interpreter's lock; and whatever a
piece reads is there without being copied. Invariant: results come in the order of the pieces and are the same
for any number of cores; a piece only computes, it never speaks to a database.
"""

from __future__ import annotations

import gc
import os
import signal
import struct
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO

from jishi.insight.recommendation.matrices import Array

WORTH_IT = 8
"""With fewer pieces one core is as fast."""
TICKETS = 1024
"""The queue is a pipe: so many tickets lie in it without anybody reading."""
_TICKET = struct.Struct(">II")

Work = Callable[[Array], bytes]


class PieceFailed(RuntimeError):
    """A fork ended before its pieces were done; why stands in the error output."""


def run(pieces: Sequence[Array], work: Work, *, cores: int) -> Iterator[bytes]:
    """What ``work`` makes of every piece, in order.

    :raises PieceFailed: when one of the forks failed
    """
    if cores <= 1 or len(pieces) < WORTH_IT or not hasattr(os, "fork"):
        yield from map(work, pieces)
        return
    with ExitStack() as kept:
        files: list[IO[bytes]] = [kept.enter_context(tempfile.TemporaryFile()) for _ in range(cores)]
        _share(pieces, work, files)
        made: dict[int, tuple[IO[bytes], int, int]] = {}
        for file in files:
            file.seek(0)
            while head := file.read(_TICKET.size):
                number, size = _TICKET.unpack(head)
                made[number] = (file, file.tell(), size)
                file.seek(size, os.SEEK_CUR)
        for number in range(len(pieces)):
            file, at, size = made[number]
            file.seek(at)
            yield file.read(size)


def _share(pieces: Sequence[Array], work: Work, files: Sequence[IO[bytes]]) -> None:
    """Have every file filled with results: the first one by this process, each other by a fork."""
    reader, writer = os.pipe()
    forks: list[int] = []
    try:
        step = -(-len(pieces) // TICKETS)
        for begin in range(0, len(pieces), step):
            os.write(writer, _TICKET.pack(begin, min(begin + step, len(pieces))))
        os.close(writer)
        for file in files[1:]:
            forks.append(_fork(reader, pieces, work, file))
        _take(reader, pieces, work, files[0])
        while forks:
            if code := os.waitstatus_to_exitcode(os.waitpid(forks.pop(), 0)[1]):
                raise PieceFailed(f"A fork of this computation ended with {code}.")
    finally:
        os.close(reader)
        for fork in forks:
            os.kill(fork, signal.SIGKILL)
            os.waitpid(fork, 0)


def _fork(reader: int, pieces: Sequence[Array], work: Work, file: IO[bytes]) -> int:
    parent = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads here hold nothing that a piece needs
        child = os.fork()
    if child:
        return child
    code = 1
    try:
        gc.disable()  # collecting would touch, and so copy, every page that is shared
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _take(reader, pieces, work, file, parent)
        file.flush()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _take(reader: int, pieces: Sequence[Array], work: Work, file: IO[bytes], parent: int = 0) -> None:
    """Take tickets until there are none; a fork also ends when its parent has gone."""
    while ticket := os.read(reader, _TICKET.size):
        begin, end = _TICKET.unpack(ticket)
        for number in range(begin, end):
            if parent and os.getppid() != parent:
                os._exit(1)
            made = work(pieces[number])
            file.write(_TICKET.pack(number, len(made)) + made)

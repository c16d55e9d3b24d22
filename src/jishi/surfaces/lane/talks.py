"""Fan-out of conversations: each line is read and written once per process, then handed to every reader.

Invariant: a reader is sent the numbers of a conversation in order and without gaps, or the stream ends and
the reader comes back with the last number it has. Whoever may no longer read is put out before the next line
is handed on. A reader's queue is bounded; one that is too slow is dropped, never the others.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from jishi.social.messaging import settle

QUEUE_MOST = 256
CONNECTIONS = 4
RETRY_AFTER_S = 1.0

log = logging.getLogger("jishi.lane")


class Reader:
    """One open stream of one conversation."""

    __slots__ = ("changed", "is_out", "person_id", "queue", "sent_no")

    def __init__(self, person_id: int, sent_no: int, changed: asyncio.Event) -> None:
        self.person_id = person_id
        self.sent_no = sent_no
        self.changed = changed
        self.queue: deque[tuple[int, bytes]] = deque()
        self.is_out = False

    def put(self, no: int, chunk: bytes) -> None:
        """Queue a line; a reader that does not keep up is out."""
        if len(self.queue) >= QUEUE_MOST:
            self.end()
            return
        self.queue.append((no, chunk))
        self.changed.set()

    def end(self) -> None:
        """Have the stream closed; it may be opened again by whoever may."""
        self.is_out = True
        self.queue.clear()
        self.changed.set()

    def take(self) -> list[bytes]:
        """Return what was not sent yet, in order."""
        chunks = []
        while self.queue:
            no, chunk = self.queue.popleft()
            if no > self.sent_no:
                self.sent_no = no
                chunks.append(chunk)
        return chunks


class Room:
    """The readers of one conversation in this process, and the last number handed to them."""

    __slots__ = ("again", "code", "readers", "seen_no", "task")

    def __init__(self, code: str, seen_no: int) -> None:
        self.code = code
        self.seen_no = seen_no
        self.readers: set[Reader] = set()
        self.task: asyncio.Task[None] | None = None
        self.again = False


class Talks:
    """All rooms of this process."""

    def __init__(self, database_url: str) -> None:
        self._pool = AsyncConnectionPool(
            database_url, min_size=0, max_size=CONNECTIONS, open=False, kwargs={"autocommit": True}
        )
        self._rooms: dict[str, Room] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the connections while the process serves."""
        await self._pool.open()
        try:
            yield
        finally:
            tasks = [room.task for room in self._rooms.values() if room.task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._pool.close()

    async def may_listen(self, code: str, person_id: int, epoch: int) -> tuple[int, int] | None:
        """Return (newest number, number from which lines are seen) if the person may read a conversation."""
        async with self._pool.connection() as connection:
            return await settle.may_listen(connection, code=code, person_id=person_id, epoch=epoch)

    async def is_current(self, person_id: int, epoch: int) -> bool:
        """Say whether a token was not revoked since."""
        async with self._pool.connection() as connection:
            return await settle.is_current(connection, person_id=person_id, epoch=epoch)

    def join(self, code: str, reader: Reader, newest: int) -> int:
        """Add a reader who may listen. Returns the number up to which they read on their own first."""
        room = self._rooms.get(code)
        if room is None:
            room = self._rooms[code] = Room(code, newest)
        room.readers.add(reader)
        upto = room.seen_no
        # A line may have come between the look into the database and this moment.
        self.heard(code)
        return upto

    def leave(self, code: str, reader: Reader) -> None:
        """Forget a reader; the last one closes the room."""
        room = self._rooms.get(code)
        if room is None:
            return
        room.readers.discard(reader)
        if not room.readers:
            del self._rooms[code]

    async def missed(self, code: str, reader: Reader, upto: int) -> list[bytes]:
        """Read what a reader has missed, one helping at a time; empty when they are up to date."""
        if reader.sent_no >= upto:
            return []
        async with self._pool.connection() as connection:
            lines = await settle.list_lines(connection, code=code, after=reader.sent_no)
        due = [(no, line) for no, line in lines if no <= upto]
        reader.sent_no = due[-1][0] if due else upto
        return [encode(no, line) for no, line in due]

    def heard(self, code: str) -> None:
        """A conversation has moved: read on, unless that is being done already."""
        room = self._rooms.get(code)
        if room is None:
            return
        room.again = True
        if room.task is None or room.task.done():
            room.task = asyncio.create_task(self._read_on(room))

    def look_again(self) -> None:
        """Notices may have been lost: read on everywhere."""
        for code in list(self._rooms):
            self.heard(code)

    async def _read_on(self, room: Room) -> None:
        while room.again and room.readers:
            room.again = False
            try:
                async with self._pool.connection() as connection:
                    allowed = await settle.list_readers(connection, code=room.code)
                    lines = await settle.list_lines(connection, code=room.code, after=room.seen_no)
            except (psycopg.Error, PoolTimeout) as error:
                log.error("lane.talk_unread: %s", type(error).__name__)
                room.again = True
                await asyncio.sleep(RETRY_AFTER_S)
                continue
            self._hand_on(room, allowed, lines)
            if len(lines) == settle.READ_MOST:
                room.again = True

    def _hand_on(
        self, room: Room, allowed: frozenset[int], lines: list[tuple[int, dict[str, object]]]
    ) -> None:
        for reader in room.readers:
            if reader.person_id not in allowed:
                reader.end()
        for no, line in lines:
            chunk = encode(no, line)
            for reader in room.readers:
                if not reader.is_out:
                    reader.put(no, chunk)
            room.seen_no = no


def encode(no: int, line: dict[str, object]) -> bytes:
    """Return a line as one event."""
    data = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return f"id: {no}\nevent: line\ndata: {data}\n\n".encode()

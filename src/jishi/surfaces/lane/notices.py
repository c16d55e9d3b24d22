"""Fan-out of the database's notices: one LISTEN connection per process, any number of readers.

A notice that was lost (the connection broke) costs nothing: after every reconnect all readers are told to
look again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable

import psycopg

PG_CHANNEL = "jishi_notices"
MOST_LISTENERS = 5_000
REMEMBERED_CHANNELS = 20_000
RECONNECT_AFTER_S = 1.0

log = logging.getLogger("jishi.lane")


class Full(Exception):
    """This process holds as many streams as it may."""


class Listener:
    """One open stream: a slot for the newest number, and a flag that it is filled."""

    __slots__ = ("_number", "changed", "channel")

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.changed = asyncio.Event()
        self._number: int | None = None

    def put(self, number: int) -> None:
        """Replace what was not taken yet by something newer."""
        self._number = max(number, self._number or 0)
        self.changed.set()

    def take(self) -> int | None:
        """Return the newest number since the last call, if there is one."""
        number, self._number = self._number, None
        self.changed.clear()
        return number


class Board:
    """Who listens to what, and the last number of each channel that was heard lately."""

    def __init__(
        self,
        database_url: str,
        *,
        heard: Callable[[str], None] = lambda channel: None,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._tell_heard = heard
        self._tell_lost = lost
        self.connected = asyncio.Event()
        self.closing = False
        self.count = 0
        self._url = database_url
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._last: OrderedDict[str, int] = OrderedDict()

    def join(self, channel: str, last_seen: int | None) -> Listener:
        """Open a stream; a reader that has missed something is told so at once.

        :raises Full: there are too many already.
        """
        if self.count >= MOST_LISTENERS:
            raise Full
        listener = Listener(channel)
        self._listeners[channel].add(listener)
        self.count += 1
        if last_seen is not None:
            # A channel we do not remember may have moved while we were away: better look once too often.
            newest = self._last.get(channel, last_seen)
            if newest > last_seen or channel not in self._last:
                listener.put(newest)
        return listener

    def leave(self, listener: Listener) -> None:
        """Close a stream."""
        members = self._listeners[listener.channel]
        members.discard(listener)
        self.count -= 1
        if not members:
            del self._listeners[listener.channel]

    def close(self) -> None:
        """End every stream."""
        self.closing = True
        for members in self._listeners.values():
            for listener in members:
                listener.changed.set()

    def heard(self, payload: str) -> None:
        """Pass a notice on to the readers of its channel."""
        try:
            channel, number = json.loads(payload)
            channel, number = str(channel), int(number)
        except (ValueError, TypeError):
            log.error("lane.bad_notice")
            return
        self._last[channel] = max(number, self._last.get(channel, 0))
        self._last.move_to_end(channel)
        if len(self._last) > REMEMBERED_CHANNELS:
            self._last.popitem(last=False)
        for listener in self._listeners.get(channel, ()):
            listener.put(self._last[channel])
        self._tell_heard(channel)

    async def listen(self) -> None:
        """Hold the listening connection for ever, coming back after every break."""
        first = True
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {PG_CHANNEL}")
                    self.connected.set()
                    if not first:
                        self._look_again()
                    first = False
                    async for notice in connection.notifies():
                        self.heard(notice.payload)
            except psycopg.Error as error:
                log.error("lane.database_away: %s", type(error).__name__)
            self.connected.clear()
            await asyncio.sleep(RECONNECT_AFTER_S)

    def _look_again(self) -> None:
        self._tell_lost()
        for channel, members in self._listeners.items():
            for listener in members:
                listener.put(self._last.get(channel, 0))

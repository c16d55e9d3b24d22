"""What the recommender plugs in: the order of the mixed feed, and its work in the heavy process.

numpy and what needs it are loaded where the work runs, never where pages are answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation import rules
from jishi.insight.recommendation.contracts import Asker, Surface
from jishi.insight.recommendation.models import Slate
from jishi.kernel import heavy, sweeps
from jishi.social.feed import ports as feeds
from jishi.social.feed.contracts import FeedItem, Reader
from jishi.social.feed.contracts import Slate as FeedSlate
from jishi.social.feed.queries import home as built_in

ROUNDS = 6


class Personal:
    """Orders the mixed feed. The first page makes a list of sixty and keeps it; going on reads from it, and
    after its end the plain order follows, without what was shown.
    """

    name = "personal"

    def slate(
        self, reader: Reader, *, state: Mapping[str, Any] | None, limit: int, at: datetime
    ) -> FeedSlate:
        """Return a page and where to go on."""
        asker = Asker(reader.person_id, reader.visitor, reader.language)
        if not asker.readers:
            tail, rest = self._tail(reader, state["tail"] if state else None, set(), limit, at)
            return FeedSlate(tail, None if rest is None else {"slate": "", "at": 0, "tail": rest})
        if state is None:
            made = recommendation.show(asker, Surface.HOME, limit=rules.HOME_LENGTH, at=at)
            keys, is_personal = [pick.key for pick in made.picks] if made.slate else [], made.is_personal
            place: dict[str, Any] = {"slate": made.slate, "at": 0, "tail": None}
        else:
            place = dict(state)
            row = Slate.objects.filter(code=place["slate"], reader__in=asker.readers).first()
            keys, is_personal = list(row.keys) if row else [], reader.person_id is not None
        start = place["at"]
        page = enumerate(keys[start : start + limit], start=start + 1)
        items = tuple(_item(key, f"{place['slate']}.{number}") for number, key in page)
        place["at"] = start + len(items)
        if place["at"] < len(keys):
            return FeedSlate(items, place, is_personal)
        if len(items) == limit and place["tail"] is None and start < len(keys):
            return FeedSlate(items, place, is_personal)
        tail, place["tail"] = self._tail(reader, place["tail"], set(keys), limit - len(items), at)
        return FeedSlate(items + tail, place if place["tail"] is not None else None, is_personal)

    def _tail(
        self, reader: Reader, state: Mapping[str, Any] | None, shown: set[int], wanted: int, at: datetime
    ) -> tuple[tuple[FeedItem, ...], Mapping[str, Any] | None]:
        """The plain order after the list has ended; a page may be shorter by what was shown before."""
        found: list[FeedItem] = []
        for _ in range(ROUNDS):
            page = built_in.BUILT_IN.slate(reader, state=state, limit=max(wanted, 1), at=at)
            found = [item for item in page.items if key_of(item) not in shown]
            state = page.state
            if state is None or found:
                break
        return tuple(found), state


def _item(key: int, showing: str) -> FeedItem:
    return FeedItem("product" if key > 0 else "note", abs(key), showing)


def key_of(item: FeedItem) -> int:
    """The number under which lists name a thing of the feed."""
    return item.id if item.kind == "product" else -item.id


def fit(at: datetime) -> int:
    """Learn again when there is reason to."""
    from jishi.insight.recommendation import fitting  # noqa: PLC0415 - heavy

    return fitting.run_due(at)


def look_around(at: datetime) -> int:
    """What rises now, and the lists of everybody."""
    from jishi.insight.recommendation import trends  # noqa: PLC0415 - heavy

    risen = trends.renew(at=at)
    return risen + recommendation.renew(at=at)


def cap(at: datetime) -> int:
    """Let rest what was shown often and never opened."""
    from jishi.insight.recommendation import trends  # noqa: PLC0415 - heavy

    return trends.cap(at=at)


def register() -> None:
    """Old acts and lists go."""
    sweeps.register("recommendation.forget_old", recommendation.forget_old, every_s=300)


def register_heavy() -> None:
    """The fit on a line of its own, what follows the last minutes on another."""
    heavy.register("recommendation.look_around", look_around, every_s=60, line="trends")
    heavy.register("recommendation.cap", cap, every_s=600, line="trends")
    heavy.register("recommendation.fit", fit, every_s=60, line="models")


def connect() -> None:
    """Order the mixed feed from now on."""
    feeds.register_ranker(Personal())

"""What the wiring plugs in: the audience `segment`, and what the heavy process does for portraits."""

from datetime import datetime

from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits import queries
from jishi.insight.portraits.contracts import AUDIENCE
from jishi.kernel import heavy


class SegmentAudience:
    """The kind `segment`; its key is the segment's code."""

    kind = AUDIENCE

    def contains(self, *, key: str, person_id: int) -> bool:
        """Tell whether somebody is in the segment now."""
        return queries.is_member(key, person_id)


def refresh(at: datetime) -> int:
    """Make the portraits of whoever something happened to."""
    return portraits.refresh_touched(at=at).people


def recompute_due(at: datetime) -> int:
    """Compute the segments whose time has come."""
    return portraits.recompute_due(at=at)


def work_asked(at: datetime) -> int:
    """Do what was asked for, and the night's rebuild."""
    return portraits.work_asked(at=at)


def register_heavy() -> None:
    """Portraits, segments and rebuilds follow each other on a line of their own."""
    heavy.register("portraits.work_asked", work_asked, every_s=2.0, line="portraits")
    heavy.register("portraits.refresh", refresh, every_s=2.0, line="portraits")
    heavy.register("portraits.recompute", recompute_due, every_s=2.0, line="portraits")

"""What feeds do by the clock."""

from datetime import datetime

from jishi.social.feed import operations as feed

RANK_HOT_EVERY_S = 180


def rank_hot(at: datetime) -> int:
    """Make the hot list anew."""
    return feed.rank_hot(at=at)

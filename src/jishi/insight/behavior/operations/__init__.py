"""What is done with events: taken in, put into files, merged, replayed, imported, forgotten."""

from jishi.insight.behavior.operations.accepting import accept, link, record, record_many
from jishi.insight.behavior.operations.compacting import compact, mark_dirty

__all__ = [
    "accept",
    "compact",
    "link",
    "mark_dirty",
    "record",
    "record_many",
]

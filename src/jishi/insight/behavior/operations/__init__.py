"""What is done with events: taken in, put into files, merged, replayed, imported, forgotten."""

from jishi.insight.behavior.operations.accepting import accept, link, record, record_many, sign_in
from jishi.insight.behavior.operations.compacting import compact, mark_dirty
from jishi.insight.behavior.operations.deals import record_moved, record_paid, record_placed
from jishi.insight.behavior.operations.erasing import ask_erasure, erase, erase_due
from jishi.insight.behavior.operations.gathering import gather
from jishi.insight.behavior.operations.importing import import_file
from jishi.insight.behavior.operations.merging import forget_old, merge_days, merge_hours, relabel
from jishi.insight.behavior.operations.replaying import clear_dirty, discard, replay, replay_all

__all__ = [
    "accept",
    "ask_erasure",
    "clear_dirty",
    "compact",
    "discard",
    "erase",
    "erase_due",
    "forget_old",
    "gather",
    "import_file",
    "link",
    "mark_dirty",
    "merge_days",
    "merge_hours",
    "record",
    "record_many",
    "record_moved",
    "record_paid",
    "record_placed",
    "relabel",
    "replay",
    "replay_all",
    "sign_in",
]

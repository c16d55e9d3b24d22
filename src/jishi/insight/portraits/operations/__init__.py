"""What is done with portraits: made, measured, grouped, edited by their owners, forgotten."""

from jishi.insight.portraits.operations.asking import ask_clusters, ask_rebuild, work_asked
from jishi.insight.portraits.operations.clustering import cluster
from jishi.insight.portraits.operations.editing import (
    archive_segment,
    create_segment,
    edit_segment,
    take_snapshot,
    upload_list,
)
from jishi.insight.portraits.operations.forgetting import forget_person
from jishi.insight.portraits.operations.interests import edit_interests
from jishi.insight.portraits.operations.members import recompute, recompute_due
from jishi.insight.portraits.operations.ready import open_ready_made
from jishi.insight.portraits.operations.rebuilding import rebuild
from jishi.insight.portraits.operations.refreshing import refresh_touched, touch, touch_people

__all__ = [
    "archive_segment",
    "ask_clusters",
    "ask_rebuild",
    "cluster",
    "create_segment",
    "edit_interests",
    "edit_segment",
    "forget_person",
    "open_ready_made",
    "rebuild",
    "recompute",
    "recompute_due",
    "refresh_touched",
    "take_snapshot",
    "touch",
    "touch_people",
    "upload_list",
    "work_asked",
]

"""What others read: portraits, segments, classes and stages."""

from jishi.insight.portraits.queries.behind import (
    count_came,
    list_segments_of,
    page_moved,
    page_people,
    page_shared,
    page_stage,
    spread,
    timeline,
)
from jishi.insight.portraits.queries.groups import (
    count_reach,
    describe,
    find_membership,
    get_segment,
    is_member,
    list_fields,
    list_members,
    list_segments,
    overlap,
    page_members,
    preview,
)
from jishi.insight.portraits.queries.life import lifecycle_board, list_stages, stages_of, thresholds_of
from jishi.insight.portraits.queries.people import (
    find_run,
    get_portrait,
    history,
    list_interests,
    list_tags,
    newest_run,
)
from jishi.insight.portraits.queries.rfm import rfm_grid, rfm_movement

__all__ = [
    "count_came",
    "count_reach",
    "describe",
    "find_membership",
    "find_run",
    "get_portrait",
    "get_segment",
    "history",
    "is_member",
    "lifecycle_board",
    "list_fields",
    "list_interests",
    "list_members",
    "list_segments",
    "list_segments_of",
    "list_stages",
    "list_tags",
    "newest_run",
    "overlap",
    "page_members",
    "page_moved",
    "page_people",
    "page_shared",
    "page_stage",
    "preview",
    "rfm_grid",
    "rfm_movement",
    "spread",
    "stages_of",
    "thresholds_of",
    "timeline",
]

"""Writing: lists that were shown, acts of the last hours, choices, and the lists of everybody."""

from jishi.insight.recommendation.operations.choosing import (
    decide_bundle,
    forget_person,
    hide,
    hide_shown,
    tell_friends,
    unhide,
)
from jishi.insight.recommendation.operations.contesting import end_contest, start_contest
from jishi.insight.recommendation.operations.everybody import renew
from jishi.insight.recommendation.operations.learning import learn
from jishi.insight.recommendation.operations.showing import forget_old, show, touch

__all__ = [
    "decide_bundle",
    "end_contest",
    "forget_old",
    "forget_person",
    "hide",
    "hide_shown",
    "learn",
    "renew",
    "show",
    "start_contest",
    "tell_friends",
    "touch",
    "unhide",
]

"""Reading recommendations: lists for places, reasons in words, trends, choices."""

from jishi.insight.recommendation.queries.contests import list_contests
from jishi.insight.recommendation.queries.explaining import explain, sentence
from jishi.insight.recommendation.queries.lists import (
    is_personal,
    list_bundles,
    list_due,
    list_hidden,
    list_models,
    list_trends,
    replay,
    tells_friends,
)
from jishi.insight.recommendation.queries.live import communities_to_join, people_to_follow
from jishi.insight.recommendation.queries.pool import is_default_on
from jishi.insight.recommendation.queries.selecting import select_goods
from jishi.insight.recommendation.queries.serving import recommend, rerank_search
from jishi.insight.recommendation.rules import exposure_of

__all__ = [
    "communities_to_join",
    "explain",
    "exposure_of",
    "is_default_on",
    "is_personal",
    "list_bundles",
    "list_contests",
    "list_due",
    "list_hidden",
    "list_models",
    "list_trends",
    "people_to_follow",
    "recommend",
    "replay",
    "rerank_search",
    "select_goods",
    "sentence",
    "tells_friends",
]

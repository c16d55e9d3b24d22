"""The verbs of feeds: rank what is hot, keep words searchable, remember what a person chose."""

from jishi.social.feed.operations.choices import choose_interests, choose_place, forget, personalise
from jishi.social.feed.operations.ranking import rank_hot
from jishi.social.feed.operations.searching import index_notes, unindex

__all__ = [
    "choose_interests",
    "choose_place",
    "forget",
    "index_notes",
    "personalise",
    "rank_hot",
    "unindex",
]

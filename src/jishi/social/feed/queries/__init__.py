"""Reading feeds: which notes and goods, in which order. One statement a page; others make the cards."""

from jishi.social.feed.queries.choices import get_preference
from jishi.social.feed.queries.home import page_home
from jishi.social.feed.queries.hot import page_hot
from jishi.social.feed.queries.search import search_notes, search_people
from jishi.social.feed.queries.streams import (
    NEW_MAX,
    count_new,
    find_place,
    get_topic,
    list_people_to_follow,
    list_places,
    list_topics,
    page_column,
    page_following,
    page_nearby,
    page_topic,
)

__all__ = [
    "NEW_MAX",
    "count_new",
    "find_place",
    "get_preference",
    "get_topic",
    "list_people_to_follow",
    "list_places",
    "list_topics",
    "page_column",
    "page_following",
    "page_home",
    "page_hot",
    "page_nearby",
    "page_topic",
    "search_notes",
    "search_people",
]

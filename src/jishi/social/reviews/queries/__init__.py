"""Reading reviews, ratings, questions and answers: frozen views for one viewer."""

from jishi.social.reviews.queries.bought import has_bought, list_lines, list_past_buyers, role_of
from jishi.social.reviews.queries.questions import (
    count_questions,
    find_question_of_answer,
    find_shop_of_question,
    get_question,
    page_questions,
    page_to_answer,
)
from jishi.social.reviews.queries.questions import find_content as find_talk
from jishi.social.reviews.queries.questions import list_held as list_held_talk
from jishi.social.reviews.queries.ratings import (
    all_aspects,
    list_aspect_sets,
    list_aspects,
    summaries,
    summary,
)
from jishi.social.reviews.queries.reviews import (
    count_unanswered,
    find_content,
    find_shop_id,
    get_own,
    get_review,
    list_held,
    list_revisions,
    page_of_author,
    page_of_shop,
    page_reviews,
)

__all__ = [
    "all_aspects",
    "count_questions",
    "count_unanswered",
    "find_content",
    "find_question_of_answer",
    "find_shop_id",
    "find_shop_of_question",
    "find_talk",
    "get_own",
    "get_question",
    "get_review",
    "has_bought",
    "list_aspect_sets",
    "list_aspects",
    "list_held",
    "list_held_talk",
    "list_lines",
    "list_past_buyers",
    "list_revisions",
    "page_of_author",
    "page_of_shop",
    "page_questions",
    "page_reviews",
    "page_to_answer",
    "role_of",
    "summaries",
    "summary",
]

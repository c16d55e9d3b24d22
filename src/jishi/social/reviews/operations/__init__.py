"""The verbs of reviews, questions and answers. Each is one transaction; guards are asked before it."""

from jishi.social.reviews.operations.asking import (
    answer,
    ask,
    ask_buyers,
    choose_best,
    follow,
    remove_answer,
    remove_question,
    unfollow,
)
from jishi.social.reviews.operations.checks import store_pictures
from jishi.social.reviews.operations.leaving import erase
from jishi.social.reviews.operations.moderating import (
    approve,
    approve_answer,
    approve_question,
    hide,
    hide_answer,
    hide_author,
    hide_question,
    reject,
    reject_answer,
    reject_question,
    restore,
    restore_author,
)
from jishi.social.reviews.operations.ratings import configure_aspects, recompute_due
from jishi.social.reviews.operations.replying import reply
from jishi.social.reviews.operations.requests import ask_due, count_silent, drop, plan
from jishi.social.reviews.operations.voting import unvote, unvote_answer, vote, vote_answer
from jishi.social.reviews.operations.writing import edit, follow_up, publish, remove

__all__ = [
    "answer",
    "approve",
    "approve_answer",
    "approve_question",
    "ask",
    "ask_buyers",
    "ask_due",
    "choose_best",
    "configure_aspects",
    "count_silent",
    "drop",
    "edit",
    "erase",
    "follow",
    "follow_up",
    "hide",
    "hide_answer",
    "hide_author",
    "hide_question",
    "plan",
    "publish",
    "recompute_due",
    "reject",
    "reject_answer",
    "reject_question",
    "remove",
    "remove_answer",
    "remove_question",
    "reply",
    "restore",
    "restore_author",
    "store_pictures",
    "unfollow",
    "unvote",
    "unvote_answer",
    "vote",
    "vote_answer",
]

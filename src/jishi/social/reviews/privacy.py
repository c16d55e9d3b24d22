"""Personal columns of reviews and questions, and what becomes of them when a person asks to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.reviews import operations as reviews
from jishi.social.reviews.models import Answer, Question, Review


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(f"reviews_{table}", column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "review", "reviews of goods", "blank", "text", "pictures", "follow_up", "follow_up_pictures",
        "is_anonymous", "simhash",
    ),
    *_fields("review", "reviews of goods", "keep", "stars", "aspects", "language", "order_code"),
    *_fields("review", "how far reviews are believed", "keep", "authenticity_bps", "reasons"),
    *_fields("review", "keeping order", "keep", "reason", "reason_note"),
    *_fields("review", "answers of shops", "keep", "reply"),
    *_fields("revision", "reviews of goods", "blank", "text", "aspects"),
    *_fields("revision", "reviews of goods", "keep", "stars"),
    *_fields("request", "asking for reviews", "keep", "title", "order_code", "received_at"),
    *_fields("question", "questions about goods", "blank", "text"),
    *_fields("question", "keeping order", "keep", "reason", "reason_note"),
    *_fields("answer", "questions about goods", "blank", "text"),
    *_fields("answer", "questions about goods", "keep", "role"),
    *_fields("answer", "keeping order", "keep", "reason", "reason_note"),
    *_fields("vote", "helpful votes", "keep", "created_at"),
    *_fields("answervote", "helpful votes", "keep", "created_at"),
    *_fields("questionfollow", "questions about goods", "delete", "person_id", "created_at"),
    *_fields("buyerask", "questions about goods", "delete", "person_id", "created_at"),
)  # fmt: skip

IMPERSONAL: dict[str, frozenset[str]] = {
    "reviews_review": frozenset(
        {
            "id", "code", "line_id", "author_id", "product_id", "shop_id", "state", "state_before",
            "helpful_count", "received_at", "created_at", "published_at", "edited_at", "follow_up_state",
            "followed_up_at", "reply_by_id", "replied_at", "reply_edited_at",
        }
    ),
    "reviews_revision": frozenset({"id", "review_id", "number", "picture_count", "replaced_at"}),
    "reviews_vote": frozenset({"id", "review_id", "person_id"}),
    "reviews_request": frozenset(
        {
            "id", "line_id", "buyer_id", "product_id", "ask_due_at", "asked_at", "silent_due_at",
            "is_silent", "closed_at", "close_reason",
        }
    ),
    "reviews_rating": frozenset(
        {
            "product_id", "category_id", "average", "bayesian", "count", "histogram", "aspects",
            "photo_count", "follow_up_count", "silent_count", "weight", "weighted_stars", "due_at",
            "computed_at",
        }
    ),
    "reviews_aspectset": frozenset({"category_id", "codes", "changed_at"}),
    "reviews_question": frozenset(
        {
            "id", "code", "product_id", "shop_id", "author_id", "state", "state_before", "answer_count",
            "follow_count", "best_id", "note_code", "asked_buyers_at", "is_told", "created_at", "client_key",
        }
    ),
    "reviews_answer": frozenset(
        {
            "id", "code", "question_id", "author_id", "state", "state_before", "vote_count", "is_told",
            "created_at", "client_key",
        }
    ),
    "reviews_answervote": frozenset({"id", "answer_id", "person_id"}),
    "reviews_questionfollow": frozenset({"id", "question_id"}),
    "reviews_buyerask": frozenset({"id", "question_id"}),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody wrote about goods."""
    return {
        "reviews": [
            {
                "code": one.code,
                "order": one.order_code,
                "stars": one.stars,
                "text": one.text,
                "follow_up": one.follow_up,
                "state": one.state,
                "created_at": one.created_at.isoformat(),
            }
            for one in Review.objects.filter(author_id=person_id).order_by("pk")
        ],
        "questions": [
            {"code": one.code, "text": one.text, "created_at": one.created_at.isoformat()}
            for one in Question.objects.filter(author_id=person_id).order_by("pk")
        ],
        "answers": [
            {"code": one.code, "text": one.text, "created_at": one.created_at.isoformat()}
            for one in Answer.objects.filter(author_id=person_id).order_by("pk")
        ],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Blank what they wrote; stars stay, unnamed."""
    reviews.erase(person_id=person_id)

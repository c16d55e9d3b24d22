"""What happened to reviews and questions, told to whoever stands above.

`ReviewPublished` carries no rating, and never will: whoever rewards reviews cannot reward good ones.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPublished(DomainEvent):
    """A review of a verified buyer can be read for the first time."""

    topic: ClassVar[str] = "social.review.published"
    code: str
    author_id: int
    product_id: int
    shop_id: int
    order_code: str
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one review's events stay in sequence."""
        return self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAnswered(DomainEvent):
    """The shop answered a review for the first time."""

    topic: ClassVar[str] = "social.review.answered"
    code: str
    author_id: int
    product_id: int
    shop_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard."""
        return self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(DomainEvent):
    """A question about a product can be read; `note_code` names the note it was asked from."""

    topic: ClassVar[str] = "social.question.asked"
    code: str
    author_id: int
    product_id: int
    shop_id: int
    at: datetime
    note_code: str = ""

    def key(self) -> str:
        """Return the ordering shard: one question's events stay in sequence."""
        return self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(DomainEvent):
    """An answer to a question can be read."""

    topic: ClassVar[str] = "social.question.answered"
    code: str
    answer_code: str
    author_id: int
    person_id: int
    product_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard."""
        return self.code

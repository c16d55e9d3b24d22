"""What comes into the inbox by itself. Every handler may run twice."""

from jishi.growth.listening import operations as listening
from jishi.insight.surveys.events import SurveyAnswered
from jishi.social.messaging.events import MessageSent
from jishi.social.notes.events import NoteCommented
from jishi.social.reviews.events import ReviewPublished


def on_review_published(event: ReviewPublished) -> None:
    """Few stars come into the inbox."""
    listening.take_review(code=event.code, author_id=event.author_id, at=event.at)


def on_survey_answered(event: SurveyAnswered) -> None:
    """Words under a name come into the inbox."""
    if event.person_id is not None:
        listening.take_survey(
            answer_code=event.answer_code, person_id=event.person_id, score=event.score, at=event.at
        )


def on_note_commented(event: NoteCommented) -> None:
    """Comments under notes that show goods, where they speak of a theme."""
    listening.take_comment(comment_code=event.comment_code, at=event.at)


def on_message_sent(event: MessageSent) -> None:
    """Lines to shops, where they speak of a theme."""
    if event.sender_id is not None and event.kind == "text":
        listening.take_said(conversation_code=event.conversation_code, no=event.no, at=event.sent_at)

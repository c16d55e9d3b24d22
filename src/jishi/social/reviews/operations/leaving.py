"""What is left of somebody's words when they leave: their stars, unnamed and without words."""

from django.db import transaction

from jishi.social.notes.contracts import ContentState
from jishi.social.reviews.models import Answer, BuyerAsk, Question, QuestionFollow, Review, Revision


def erase(*, person_id: int) -> None:
    """Blank what a person wrote here. Stars stay, or leaving would change a rating; votes stay counted."""
    with transaction.atomic():
        mine = Review.objects.filter(author_id=person_id)
        Revision.objects.filter(review__in=mine).update(text="", aspects={})
        mine.update(text="", pictures=[], follow_up="", follow_up_pictures=[], is_anonymous=True, simhash=0)
        for model in (Question, Answer):
            model.objects.filter(author_id=person_id).update(text="", state=ContentState.REMOVED)
        QuestionFollow.objects.filter(person_id=person_id).delete()
        BuyerAsk.objects.filter(person_id=person_id).delete()

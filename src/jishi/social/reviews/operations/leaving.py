"""What is left of somebody's words when they leave: their stars, unnamed and without words."""

from django.db import transaction
from django.db.models import F

from jishi.kernel import clock
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews.models import Answer, BuyerAsk, Question, QuestionFollow, Review, Revision
from jishi.social.reviews.operations import asking, ratings


def erase(*, person_id: int) -> None:
    """Blank what a person wrote here. Stars stay, or leaving would change a rating; votes stay counted."""
    with transaction.atomic():
        mine = Review.objects.filter(author_id=person_id)
        rated = set(mine.values_list("product_id", flat=True))
        answered = set(Answer.objects.filter(author_id=person_id).values_list("question", flat=True))
        followed = list(QuestionFollow.objects.filter(person_id=person_id).values_list("question", flat=True))
        Revision.objects.filter(review__in=mine).update(text="", aspects={})
        mine.update(text="", pictures=[], follow_up="", follow_up_pictures=[], is_anonymous=True, simhash=0)
        for model in (Question, Answer):
            model.objects.filter(author_id=person_id).update(text="", state=ContentState.REMOVED)
        for row in Question.objects.select_for_update().filter(pk__in=answered).order_by("pk"):
            asking.recount(row)
        QuestionFollow.objects.filter(person_id=person_id).delete()
        Question.objects.filter(pk__in=followed).update(follow_count=F("follow_count") - 1)
        # Pictures and follow-ups that are gone are counted no more.
        ratings.mark_due(rated, clock.now())
        BuyerAsk.objects.filter(person_id=person_id).delete()

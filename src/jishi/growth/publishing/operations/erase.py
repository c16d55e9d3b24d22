"""A person who leaves takes their name out of the plan; what the house wrote stays the house's."""

from django.db import transaction

from jishi.growth.publishing.contracts import State
from jishi.growth.publishing.models import Asset, Piece, Step


def forget_person(*, person_id: int) -> None:
    """Blank somebody's name everywhere; what was to be published in it goes back to being a draft."""
    with transaction.atomic():
        mine = Piece.objects.filter(author_id=person_id)
        mine.filter(state__in=[State.REVIEW, State.SCHEDULED, State.HELD]).update(
            state=State.DRAFT, is_approved=False, reviewer=None, approved_digest=""
        )
        mine.update(author=None)
        Piece.objects.filter(writer_id=person_id).update(writer=None, client_key=None)
        Piece.objects.filter(reviewer_id=person_id).update(reviewer=None)
        Step.objects.filter(by_id=person_id).update(by=None)
        Asset.objects.filter(added_by_id=person_id).update(added_by=None)

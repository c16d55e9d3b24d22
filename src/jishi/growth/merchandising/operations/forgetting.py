"""What becomes of a person's rows when they leave."""

from django.db import transaction
from django.db.models import F

from jishi.growth.merchandising.models import LandingPage, Placement, SignUp
from jishi.growth.merchandising.operations.showing import forget_seen


def forget(*, person_id: int) -> None:
    """Remove what was shown to somebody and where they signed up; a second time changes nothing."""
    with transaction.atomic():
        forget_seen(person_id=person_id)
        mine = SignUp.objects.filter(person_id=person_id)
        joined = sorted(mine.filter(withdrawn_at=None).values_list("page_id", flat=True))
        for page_id in joined:
            LandingPage.objects.filter(pk=page_id).update(sign_ups=F("sign_ups") - 1)
        mine.delete()
        for model in (Placement, LandingPage):
            for column in ("owner", "asked_by"):
                model.objects.filter(**{f"{column}_id": person_id}).update(**{column: None})

"""Signing up on a landing page, with what was agreed to, and leaving the list again.

Locks: the page's row, so that its count equals the list.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from jishi.growth.merchandising import rules
from jishi.growth.merchandising.contracts import BlockKind, PageState
from jishi.growth.merchandising.errors import ConsentNeeded, PageNotFound, PageOver
from jishi.growth.merchandising.models import LandingPage, LandingVersion, SignUp
from jishi.kernel import clock
from jishi.kernel.text import pick


def sign_up(
    *, code: str, person_id: int, agreed: bool, language: str = "zh-hans", at: datetime | None = None
) -> bool:
    """Put somebody on the list of a page; again changes nothing. True if they were not on it.

    :raises PageNotFound: there is no such public page, or it has no list.
    :raises PageOver: it has ended.
    :raises ConsentNeeded: they did not tick that they agree.
    """
    moment = clock.at_or_now(at)
    if not agreed:
        raise ConsentNeeded
    with transaction.atomic():
        row = LandingPage.objects.select_for_update().filter(code=code, state=PageState.PUBLISHED).first()
        if row is None:
            raise PageNotFound
        if row.ends_at is not None and row.ends_at <= moment:
            raise PageOver
        words = _words(row, language)
        known = SignUp.objects.filter(page=row, person_id=person_id).first()
        if known is not None and known.withdrawn_at is None:
            return False
        values = {"version": row.version, "words": words[:400], "at": moment, "withdrawn_at": None}
        SignUp.objects.update_or_create(page=row, person_id=person_id, defaults=values)
        LandingPage.objects.filter(pk=row.pk).update(sign_ups=F("sign_ups") + 1)
    return True


def leave_list(*, code: str, person_id: int, at: datetime | None = None) -> bool:
    """Take somebody off the list; also after the page has ended. True if they were on it.

    :raises PageNotFound: there is no such page.
    """
    with transaction.atomic():
        row = LandingPage.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise PageNotFound
        mine = SignUp.objects.filter(page=row, person_id=person_id, withdrawn_at=None)
        if not mine.update(withdrawn_at=clock.at_or_now(at)):
            return False
        LandingPage.objects.filter(pk=row.pk).update(sign_ups=F("sign_ups") - 1)
    return True


def _words(row: LandingPage, language: str) -> str:
    """What the page says that signing up means, in the reader's language."""
    version = LandingVersion.objects.get(page=row, number=row.version)
    for block in rules.from_rows(version.blocks):
        if block.kind == BlockKind.SIGN_UP:
            return pick(block.text, language)
    raise PageNotFound

"""Cases for what guards held: content that waits for review finds its way into the queue by the clock."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import locks
from jishi.trust.moderation import ports
from jishi.trust.moderation.models import WAITING, Case
from jishi.trust.moderation.operations.report import open_case

BATCH = 200


def open_held(at: datetime) -> int:
    """Open a case for everything in review that has none; returns how many."""
    made = 0
    for desk in ports.desks():
        codes = list(desk.list_held(limit=BATCH))
        known = Case.objects.filter(WAITING, kind=desk.kind, object_code__in=codes)
        for code in set(codes) - set(known.values_list("object_code", flat=True)):
            subject = desk.find(code)
            if subject is None:
                continue
            with transaction.atomic():
                locks.advisory("moderation", desk.kind, code)
                made += open_case(subject, source="guard", at=at)[1]
    return made

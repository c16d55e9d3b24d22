"""Files go after a few days, rows after a season."""

from datetime import datetime

from django.db import transaction

from jishi.goods.imports import rules
from jishi.goods.imports.contracts import OPEN, ImportState
from jishi.goods.imports.models import File, Import
from jishi.goods.imports.operations import working

BATCH = 200


def forget_due(at: datetime) -> int:
    """Drop files that nobody needs any more, end what nobody said yes to, and forget old rows."""
    limit = at - rules.FILE_KEPT
    stale = Import.objects.filter(state__in=OPEN, created_at__lt=limit).exclude(state=ImportState.ASKED)
    ended = 0
    for pk in list(stale.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            row = stale.select_for_update(skip_locked=True).filter(pk=pk).first()
            ended += row is not None and working.end_cancelled(row, at)
    over = File.objects.filter(created_at__lt=limit).exclude(of__state__in=OPEN)
    files, _ = over.delete()
    rows, _ = Import.objects.exclude(state__in=OPEN).filter(created_at__lt=at - rules.ROW_KEPT).delete()
    return ended + files + rows

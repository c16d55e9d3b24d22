"""Operators open slots for enrolment, and may stop one."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from jishi.kernel import audit, clock
from jishi.promotions.flash_sales import rules
from jishi.promotions.flash_sales.errors import SlotInvalid, SlotNotFound
from jishi.promotions.flash_sales.models import LIVE_ITEMS, Slot
from jishi.promotions.flash_sales.operations import running


def open_slot(
    *,
    title: Mapping[str, str],
    starts_at: datetime,
    ends_at: datetime,
    enrol_until: datetime | None = None,
    by: int | None,
    at: datetime | None = None,
) -> str:
    """Open a slot; returns its code. The same times again are the same slot.

    :raises SlotInvalid: the times contradict each other, or it has no name.
    """
    now = clock.at_or_now(at)
    until = enrol_until or starts_at
    rules.check_slot(starts_at=starts_at, ends_at=ends_at, enrol_until=until, at=now)
    if not any(text.strip() for text in title.values()):
        raise SlotInvalid
    with transaction.atomic():
        slot, is_new = Slot.objects.get_or_create(
            starts_at=starts_at,
            ends_at=ends_at,
            defaults={"title": dict(title), "enrol_until": until, "created_at": now},
        )
        if is_new:
            audit.record(actor_id=by, action="flash.open_slot", subject=f"flash_slot:{slot.code}")
    return slot.code


def stop_slot(*, slot_code: str, by: int | None, reason: str, at: datetime | None = None) -> int:
    """End a slot now: every item of it closes and its free units go back; returns how many items closed.

    Units that people have already stay theirs to pay.

    :raises SlotNotFound: there is no such slot.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        slot = Slot.objects.select_for_update(no_key=True).filter(code=slot_code).first()
        if slot is None:
            raise SlotNotFound
        if slot.stopped_at is None:
            slot.stopped_at = now
            slot.save(update_fields=["stopped_at"])
            detail = {"reason": reason[:200]}
            audit.record(
                actor_id=by, action="flash.stop_slot", subject=f"flash_slot:{slot.code}", detail=detail
            )
        codes = slot.items.filter(state__in=LIVE_ITEMS).order_by("pk").values_list("code", flat=True)
        for code in list(codes):
            running.close(code, reason=reason or "stopped", at=now)
    return len(codes)

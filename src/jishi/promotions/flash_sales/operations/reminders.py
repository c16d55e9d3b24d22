"""Telling people shortly before an item goes on sale that they asked to be told."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import clock
from jishi.people.accounts import queries as account_queries
from jishi.people.notifications import operations as notifications
from jishi.promotions.flash_sales import rules
from jishi.promotions.flash_sales.contracts import ItemState
from jishi.promotions.flash_sales.errors import ItemNotFound, NotPossibleNow
from jishi.promotions.flash_sales.models import Item, Reminder

BATCH = 500


def remind(*, item_code: str, person_id: int, at: datetime | None = None) -> None:
    """Remember that a person wants to be told before the start; asking again changes nothing.

    :raises ItemNotFound: there is no such item.
    :raises NotPossibleNow: it does not lie ahead.
    """
    now = clock.at_or_now(at)
    item = Item.objects.select_related("slot").filter(code=item_code).first()
    if item is None:
        raise ItemNotFound
    if item.state not in (ItemState.APPROVED, ItemState.OPEN) or now >= item.slot.starts_at:
        raise NotPossibleNow
    Reminder.objects.bulk_create(
        [Reminder(item=item, person_id=person_id, remind_at=item.slot.starts_at - rules.REMIND_BEFORE)],
        ignore_conflicts=True,
    )


def forget_reminder(*, item_code: str, person_id: int) -> None:
    """The person does not want to be told any more."""
    Reminder.objects.filter(item__code=item_code, person_id=person_id, told_at=None).delete()


def tell_due(at: datetime) -> int:
    """Send the reminders whose moment has come; a sweep. Nobody is told of a sale that is stopped or over."""
    with transaction.atomic():
        rows = (
            Reminder.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("item__slot")
            .filter(told_at=None, remind_at__lte=at)
            .order_by("remind_at", "pk")
        )
        due = list(rows[:BATCH])
        for row in due:
            is_on = row.item.state in (ItemState.APPROVED, ItemState.OPEN)
            if is_on and row.item.slot.stopped_at is None and at < row.item.slot.ends_at:
                _tell(row, at)
        Reminder.objects.filter(pk__in=[row.pk for row in due]).update(told_at=at)
    return len(due)


def _tell(row: Reminder, at: datetime) -> None:
    language = account_queries.get_profile(row.person_id).language or get_language() or "zh-hans"
    product = catalog_queries.get_product(row.item.product_id, language=language)
    notifications.notify(
        person_id=row.person_id,
        kind="flash_soon",
        params={"product": product.title},
        url=f"/flash/{row.item.code}/",
        natural_key=f"flash_soon:{row.item.code}",
        at=at,
    )

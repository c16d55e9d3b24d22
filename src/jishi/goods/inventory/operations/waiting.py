"""Who asked to be told when something is back. Told once per question; whoever takes it back is not told."""

from datetime import datetime

from django.db import transaction

from jishi.goods.catalog import queries as catalog
from jishi.goods.inventory.errors import StillInStock
from jishi.goods.inventory.models import Waiting
from jishi.goods.inventory.operations.availability import is_there, settle
from jishi.goods.inventory.operations.locking import run
from jishi.kernel import clock, limits
from jishi.people.notifications import operations as notifications

ASKS_A_DAY = 60
LANGUAGES = ("zh-hans", "en")
_ASK = """
INSERT INTO inventory_waiting (product_id, person_id, asked_at) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING RETURNING 1
"""
_LANGUAGES = "SELECT id, language FROM accounts_user WHERE id = ANY(%s)"


def ask_for(*, product_id: int, person_id: int, at: datetime | None = None) -> bool:
    """Note that somebody wants to hear when a product is back; returns whether that is new.

    :raises StillInStock: it can be bought now.
    :raises RateLimited: too many in a day.
    """
    limits.hit(bucket="inventory.waiting", key=str(person_id), limit=ASKS_A_DAY, window_s=86_400)
    with transaction.atomic():
        # One after the other with whoever fills the shelf: either they see the question, or we the goods.
        settle([product_id])
        if is_there(product_id):
            raise StillInStock
        made = run(_ASK, [product_id, person_id, clock.at_or_now(at)])
    return bool(made)


def stop_waiting(*, product_id: int, person_id: int) -> bool:
    """Take the question back; returns whether there was one."""
    rows = Waiting.objects.filter(product_id=product_id, person_id=person_id, told_at=None)
    return bool(rows.delete()[0])


def tell_waiting(*, product_id: int, at: datetime | None = None) -> int:
    """Tell everybody who waits for a product that is there, each once; returns how many."""
    moment = clock.at_or_now(at)
    with transaction.atomic():
        rows = list(
            Waiting.objects.select_for_update().filter(product_id=product_id, told_at=None).order_by("pk")
        )
        cards = [catalog.list_cards([product_id], language=one).get(product_id) for one in LANGUAGES]
        if not rows or cards[0] is None or not is_there(product_id):
            return 0
        titles = {one: card.title for one, card in zip(LANGUAGES, cards, strict=True) if card is not None}
        reads = dict(run(_LANGUAGES, [[row.person_id for row in rows]]))
        notifications.notify_each(
            kind="back_in_stock",
            told={
                row.person_id: (
                    f"back_in_stock:{row.pk}",
                    {"product": titles.get(reads.get(row.person_id, ""), cards[0].title)},
                )
                for row in rows
            },
            url=f"/p/{cards[0].code}/",
            at=moment,
        )
        Waiting.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=moment)
    return len(rows)


def forget(*, person_id: int) -> None:
    """Forget what somebody waits and waited for."""
    Waiting.objects.filter(person_id=person_id).delete()

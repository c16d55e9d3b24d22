"""The shop's one answer to a review: written by its staff, changed openly, in the audit trail."""

from datetime import datetime

from django.db import transaction

from jishi.goods.merchants import queries as merchants
from jishi.kernel import audit, clock, outbox
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews import contracts, errors
from jishi.social.reviews.events import ReviewAnswered
from jishi.social.reviews.models import Review
from jishi.social.reviews.operations import checks
from jishi.social.reviews.operations.writing import locked


def reply(*, staff_id: int, code: str, text: str, at: datetime | None = None) -> None:
    """Answer a review as the shop, or change the answer. It cannot be taken back into silence.

    :raises ReviewNotFound: no review in sight of a shop this person works for.
    :raises WordsMissing: no words.
    :raises TooLong: too many words.
    :raises ContentRefused: a guard refuses or doubts it.
    """
    now = clock.at_or_now(at)
    seen = Review.objects.filter(code=code[:12], state=ContentState.PUBLISHED).first()
    if seen is None or seen.shop_id not in merchants.shops_of(staff_id):
        raise errors.ReviewNotFound
    kept = checks.words(text, limit=contracts.MAX_REPLY)
    checks.judged("comment", staff_id, kept, at=now, context=seen.code, may_wait=False)
    with transaction.atomic():
        row = locked(code)
        is_first = row.replied_at is None
        if not is_first and row.reply == kept:
            return
        row.reply, row.reply_by_id = kept, staff_id
        row.replied_at = row.replied_at or now
        row.reply_edited_at = None if is_first else now
        row.save(update_fields=["reply", "reply_by", "replied_at", "reply_edited_at"])
        audit.record(
            actor_id=staff_id,
            action="reviews.reply" if is_first else "reviews.change_reply",
            subject=f"review:{row.code}",
            detail={"shop_id": row.shop_id},
        )
        if is_first:
            outbox.publish(
                ReviewAnswered(
                    code=row.code,
                    author_id=row.author_id,
                    product_id=row.product_id,
                    shop_id=row.shop_id,
                    at=now,
                )
            )

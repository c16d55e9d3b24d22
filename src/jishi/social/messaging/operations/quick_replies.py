"""Texts that a shop's staff send often."""

from django.db import transaction

from jishi.goods.merchants import queries as merchants
from jishi.kernel import locks
from jishi.social.messaging import rules
from jishi.social.messaging.errors import QuickReplyInvalid
from jishi.social.messaging.models import QuickReply


def save_reply(*, staff_id: int, shop_id: int, text: str) -> int:
    """Keep a text for the shop; the same text is kept once. Returns its id.

    :raises NotShopStaff: the person does not work there.
    :raises QuickReplyInvalid: empty, too long, or one too many.
    """
    merchants.require_staff(person_id=staff_id, shop_id=shop_id)
    cleaned = text.strip()
    refusal = QuickReplyInvalid(most=rules.QUICK_REPLIES_MOST, length=rules.QUICK_REPLY_LENGTH)
    if not cleaned or len(cleaned) > rules.QUICK_REPLY_LENGTH:
        raise refusal
    with transaction.atomic():
        locks.advisory("quick_replies", shop_id)
        kept = QuickReply.objects.filter(shop_id=shop_id)
        found = kept.filter(text=cleaned).first()
        if found is None and kept.count() >= rules.QUICK_REPLIES_MOST:
            raise refusal
        found = found or QuickReply.objects.create(shop_id=shop_id, text=cleaned)
    return found.pk


def forget_reply(*, staff_id: int, shop_id: int, reply_id: int) -> None:
    """Drop a saved text.

    :raises NotShopStaff: the person does not work there.
    """
    merchants.require_staff(person_id=staff_id, shop_id=shop_id)
    QuickReply.objects.filter(pk=reply_id, shop_id=shop_id).delete()

"""Looking after an item: who has it, what it is about, answering, closing; and forgetting people.

Each of these locks the item, so that an answer and a closing never cross.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from jishi.growth.listening.contracts import MAX_ANSWER, ItemState
from jishi.growth.listening.errors import FeedbackInvalid, ItemNotFound, NobodyToAnswer
from jishi.growth.listening.models import Answer, Change, Item, Tag, Theme
from jishi.kernel import clock
from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications


def hand_to(*, code: str, owner_id: int | None, by: int | None = None) -> None:
    """Say who looks after an item, or nobody.

    :raises ItemNotFound: there is none.
    :raises FeedbackInvalid: the owner does not work here.
    """
    if owner_id is not None and not people.is_operator(owner_id):
        raise FeedbackInvalid(field="owner")
    with transaction.atomic():
        row = locked(code)
        row.owner_id = owner_id
        if row.state in (ItemState.NEW, ItemState.OPEN):
            row.state = ItemState.OPEN if owner_id else ItemState.NEW
        row.save(update_fields=["owner", "state"])


def set_themes(*, code: str, slugs: Sequence[str], by: int | None = None) -> None:
    """Say by hand which themes an item speaks of; its words do not change that any more.

    :raises ItemNotFound: there is none.
    """
    with transaction.atomic():
        row = locked(code)
        wanted = set(Theme.objects.filter(slug__in=list(slugs)).values_list("pk", flat=True))
        held = {one.theme_id: one for one in Tag.objects.filter(item_id=row.pk)}
        for theme_id in wanted | set(held):
            is_off = theme_id not in wanted
            if theme_id in held and held[theme_id].is_off == is_off:
                continue
            Tag.objects.update_or_create(
                item_id=row.pk, theme_id=theme_id, defaults={"by_hand": True, "is_off": is_off}
            )


def answer(*, code: str, text: str, by: int | None, at: datetime | None = None) -> None:
    """Answer whoever said it, and tell them; the same words again are not sent twice.

    :raises ItemNotFound: there is none.
    :raises FeedbackInvalid: nothing was said, or too much.
    :raises NobodyToAnswer: whoever said it has left.
    """
    moment, words = clock.at_or_now(at), text.replace("\x00", "").strip()
    if not words or len(words) > MAX_ANSWER:
        raise FeedbackInvalid(field="answer")
    with transaction.atomic():
        row = locked(code)
        if row.person_id is None:
            raise NobodyToAnswer
        newest = Answer.objects.filter(item=row).order_by("-pk").first()
        if newest is not None and newest.text == words:
            return
        made = Answer.objects.create(item=row, text=words, by_id=by, at=moment)
        row.state, row.owner_id = ItemState.ANSWERED, row.owner_id or by
        row.save(update_fields=["state", "owner"])
        notifications.notify(
            person_id=row.person_id,
            kind="feedback_answered",
            params={"text": words[:60]},
            url=f"/me/feedback/#f-{row.code}",
            natural_key=f"listening:answer:{made.pk}",
            at=moment,
        )


def close(*, code: str, by: int | None = None) -> None:
    """Put an item away; again changes nothing.

    :raises ItemNotFound: there is none.
    """
    with transaction.atomic():
        row = locked(code)
        row.state = ItemState.CLOSED
        row.save(update_fields=["state"])


def reopen(*, code: str, by: int | None = None) -> None:
    """Take an item up again.

    :raises ItemNotFound: there is none.
    """
    with transaction.atomic():
        row = locked(code)
        row.state = ItemState.OPEN if row.owner_id else ItemState.NEW
        row.save(update_fields=["state"])


def forget(*, person_id: int) -> None:
    """Blank what somebody said and take their name off what they did; counts by theme stay."""
    with transaction.atomic():
        mine = Item.objects.filter(person_id=person_id)
        Answer.objects.filter(item__in=mine).update(text="")
        # The key may carry their number; it cannot come in again, because its source is gone too.
        mine.update(
            person=None, text="", picture=None, about="", natural_key=Concat(Value("gone:"), F("code"))
        )
        Item.objects.filter(owner_id=person_id).update(owner=None)
        Answer.objects.filter(by_id=person_id).update(by=None)
        Change.objects.filter(by_id=person_id).update(by=None)


def locked(code: str) -> Item:
    """The item's row, locked.

    :raises ItemNotFound: there is none.
    """
    row = Item.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise ItemNotFound
    return row

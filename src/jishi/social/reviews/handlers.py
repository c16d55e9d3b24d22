"""What reviews do when orders move, and whom they tell. Every handler may run twice."""

from collections.abc import Iterable

from jishi.goods.merchants import queries as merchants
from jishi.people.notifications import operations as notifications
from jishi.social.reviews import operations as reviews
from jishi.social.reviews.events import QuestionAnswered, QuestionAsked, ReviewAnswered, ReviewPublished
from jishi.social.reviews.queries.notices import (
    find_note_author,
    list_followers,
    product_title,
    question_text,
)
from jishi.trade.orders.events import OrderReceived, OrderRefunding


def on_order_received(event: OrderReceived) -> None:
    """Plan to ask the buyer how it is."""
    reviews.plan(order_code=event.order_code)


def on_order_refunding(event: OrderRefunding) -> None:
    """Nobody is asked about what goes back."""
    reviews.drop(order_code=event.order_code, at=event.at)


def on_review_published(event: ReviewPublished) -> None:
    """Tell the shop."""
    staff = [one for one, _ in merchants.list_staff(event.shop_id)]
    params = {"product": product_title(event.product_id)}
    _tell("review_received", event, staff, params, "/m/reviews/?only=unanswered")


def on_review_answered(event: ReviewAnswered) -> None:
    """Tell the author."""
    params = {"product": product_title(event.product_id)}
    _tell("review_answered", event, [event.author_id], params, "/me/reviews/?tab=written")


def on_question_asked(event: QuestionAsked) -> None:
    """Tell the shop, and whoever wrote the note it was asked from."""
    staff = [one for one, _ in merchants.list_staff(event.shop_id) if one != event.author_id]
    params = {"question": question_text(event.code)}
    _tell("question_asked", event, staff, params, f"/q/{event.code}/")
    writer = find_note_author(event.note_code, event.product_id, asker_id=event.author_id)
    if writer is not None and writer not in staff:
        _tell("question_from_note", event, [writer], params, f"/q/{event.code}/")


def on_question_answered(event: QuestionAnswered) -> None:
    """Tell whoever follows the question."""
    others = [one for one in list_followers(event.code) if one != event.person_id]
    params = {"question": question_text(event.code)}
    notifications.notify_many(
        person_ids=others,
        kind="question_answered",
        params=params,
        natural_key=f"reviews:answered:{event.answer_code}",
        url=f"/q/{event.code}/",
        at=event.at,
    )


def _tell(
    kind: str,
    event: ReviewPublished | ReviewAnswered | QuestionAsked,
    people: Iterable[int],
    params: dict[str, str],
    url: str,
) -> None:
    notifications.notify_many(
        person_ids=list(people),
        kind=kind,
        params=params,
        natural_key=f"reviews:{kind}:{event.code}",
        url=url,
        at=event.at,
    )

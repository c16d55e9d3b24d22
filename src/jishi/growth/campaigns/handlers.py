"""What brings people into campaigns, and what they did when they reach a goal."""

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns.contracts import Trigger
from jishi.insight.portraits.events import SegmentEntered, SegmentLeft, StageChanged
from jishi.social.notes.events import NotePublished
from jishi.trade.orders.events import OrderExpired, OrderPaid, OrderReceived


def on_segment_entered(event: SegmentEntered) -> None:
    """Those who came into a segment; its very first computation finds people, nobody enters."""
    if not event.is_initial:
        campaigns.on_people(
            trigger=Trigger.ENTERED,
            key=event.segment,
            person_ids=event.person_ids,
            reason=f"entered:{event.at:%Y%m%d%H%M%S}",
        )


def on_segment_left(event: SegmentLeft) -> None:
    """Those who left a segment."""
    campaigns.on_people(
        trigger=Trigger.LEFT,
        key=event.segment,
        person_ids=event.person_ids,
        reason=f"left:{event.at:%Y%m%d%H%M%S}",
    )


def on_stage_changed(event: StageChanged) -> None:
    """Those who moved to another stage with the platform."""
    if event.shop_id is None:
        campaigns.on_people(
            trigger=Trigger.STAGE,
            key=f"{event.before}>{event.after}",
            person_ids=event.person_ids,
            reason=f"stage:{event.at:%Y%m%d%H%M%S}",
        )


def on_order_paid(event: OrderPaid) -> None:
    """A purchase: a reason to come in, and a goal reached."""
    campaigns.reach_goal(person_id=event.buyer_id, kind="order", at=event.paid_at)
    _on_fact("order_paid", event.buyer_id, event.order_code)


def on_order_received(event: OrderReceived) -> None:
    """The goods are there."""
    _on_fact("order_received", event.buyer_id, event.order_code)


def on_order_expired(event: OrderExpired) -> None:
    """An order that nobody paid."""
    _on_fact("order_expired", event.buyer_id, event.order_code)


def on_note_published(event: NotePublished) -> None:
    """A note: a reason to come in, and a goal reached."""
    campaigns.reach_goal(person_id=event.author_id, kind="note", at=event.at)
    _on_fact("note_published", event.author_id, event.code)


def _on_fact(name: str, person_id: int, code: str) -> None:
    campaigns.on_people(trigger=Trigger.FACT, key=name, person_ids=(person_id,), reason=f"{name[:20]}:{code}")

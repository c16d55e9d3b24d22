"""Facts of the shop touch the people they are about; the next refresh makes their portraits again."""

from typing import Any

from jishi.insight.portraits import operations as portraits

WHO = (
    "buyer_id",
    "author_id",
    "person_id",
    "follower_id",
    "followee_id",
    "other_id",
    "leader_id",
    "sharer_id",
)


def on_fact(event: Any) -> None:
    """Touch everybody a fact names."""
    portraits.touch_people(person_id for name in WHO if (person_id := getattr(event, name, None)) is not None)

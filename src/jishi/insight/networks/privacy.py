"""Every column of the network's figures that says something about a person, and what becomes of it."""

from datetime import datetime
from typing import Any

from jishi.insight.networks import operations as networks
from jishi.insight.networks.models import Affinity, Standing, Tie
from jishi.people.accounts.contracts import PersonalField

_STANDING = (
    "rank", "influence", "followers", "reach", "brought_orders", "bridge", "spread_bps", "notes", "engaged",
    "role", "doubts", "community",
)  # fmt: skip

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *(PersonalField("networks_standing", name, "standing in the network", "delete") for name in _STANDING),
    PersonalField("networks_tie", "strength", "how close two people are", "delete"),
    PersonalField("networks_affinity", "excess_bps", "what somebody cares about", "delete"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "networks_run": frozenset({"id", "made_at", "people", "links", "communities", "modularity", "seconds"}),
    "networks_standing": frozenset({"person_id", "x", "y"}),
    "networks_group": frozenset({"number", "size", "inner_bps", "topic_ids"}),
    "networks_tie": frozenset({"person_id", "other_id"}),
    "networks_affinity": frozenset({"person_id", "topic_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return how the network sees the person."""
    standing = Standing.objects.filter(pk=person_id).values(*_STANDING).first()
    return {
        "standing": standing,
        "ties": Tie.objects.filter(person_id=person_id).count(),
        "topics": list(
            Affinity.objects.filter(person_id=person_id)
            .order_by("-excess_bps")
            .values_list("topic__name", flat=True)
        ),
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take the person out of the figures; the next run does not know them."""
    networks.forget_person(person_id=person_id)

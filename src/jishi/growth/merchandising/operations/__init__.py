"""What can be done with slots and landing pages, one public verb each."""

from jishi.growth.merchandising.operations.forgetting import forget
from jishi.growth.merchandising.operations.placing import (
    ask,
    confirm,
    draft,
    edit,
    place,
    place_for,
    place_for_many,
    store_picture,
    take_out,
    withdraw,
)
from jishi.growth.merchandising.operations.showing import (
    claim_popup,
    forget_old,
    forget_seen,
    record_clicked,
    record_dismissed,
    record_shown,
)

__all__ = [
    "ask",
    "claim_popup",
    "confirm",
    "draft",
    "edit",
    "forget",
    "forget_old",
    "forget_seen",
    "place",
    "place_for",
    "place_for_many",
    "record_clicked",
    "record_dismissed",
    "record_shown",
    "store_picture",
    "take_out",
    "withdraw",
]

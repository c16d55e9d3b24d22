"""What can be done with slots and landing pages, one public verb each."""

from jishi.growth.merchandising.operations.building import (
    ask_publishing,
    bring_back,
    create_page,
    edit_page,
    publish,
    put_blocks,
    store_page_picture,
    take_off,
)
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
from jishi.growth.merchandising.operations.signing import leave_list, sign_up

__all__ = [
    "ask",
    "ask_publishing",
    "bring_back",
    "claim_popup",
    "confirm",
    "create_page",
    "draft",
    "edit",
    "edit_page",
    "forget",
    "forget_old",
    "forget_seen",
    "leave_list",
    "place",
    "place_for",
    "place_for_many",
    "publish",
    "put_blocks",
    "record_clicked",
    "record_dismissed",
    "record_shown",
    "sign_up",
    "store_page_picture",
    "store_picture",
    "take_off",
    "take_out",
    "withdraw",
]

"""What can be done in the content plan, one public verb each."""

from jishi.growth.publishing.operations.channels import (
    close_channel,
    drop_variant,
    keep_variant,
    mark_posted,
    open_channel,
    post,
    save_channel,
    settle_sending,
)
from jishi.growth.publishing.operations.erase import forget_person
from jishi.growth.publishing.operations.fetching import fetch_due, set_rhythm
from jishi.growth.publishing.operations.figures import import_figures
from jishi.growth.publishing.operations.library import add_asset, archive_asset, edit_asset
from jishi.growth.publishing.operations.packing import pack
from jishi.growth.publishing.operations.publishing import note_published, publish_due
from jishi.growth.publishing.operations.settings import set_goals, set_house
from jishi.growth.publishing.operations.writing import (
    approve,
    ask_review,
    create,
    drop,
    edit,
    move,
    send_back,
    set_state,
)

__all__ = [
    "add_asset",
    "approve",
    "archive_asset",
    "ask_review",
    "close_channel",
    "create",
    "drop",
    "drop_variant",
    "edit",
    "edit_asset",
    "fetch_due",
    "forget_person",
    "import_figures",
    "keep_variant",
    "mark_posted",
    "move",
    "note_published",
    "open_channel",
    "pack",
    "post",
    "publish_due",
    "save_channel",
    "send_back",
    "set_goals",
    "set_house",
    "set_rhythm",
    "set_state",
    "settle_sending",
]

"""The verbs of messaging. Every line takes its number under the row lock of its conversation."""

from jishi.social.messaging.operations.erasing import erase
from jishi.social.messaging.operations.groups import (
    add_members,
    create_group,
    leave,
    remove_member,
    rename,
)
from jishi.social.messaging.operations.nudging import nudge
from jishi.social.messaging.operations.opening import (
    accept,
    assign,
    decline,
    mark_read,
    mute,
    open_direct,
    open_shop,
    unmute,
)
from jishi.social.messaging.operations.posting import hide, recall, restore, send
from jishi.social.messaging.operations.quick_replies import forget_reply, save_reply

__all__ = [
    "accept",
    "add_members",
    "assign",
    "create_group",
    "decline",
    "erase",
    "forget_reply",
    "hide",
    "leave",
    "mark_read",
    "mute",
    "nudge",
    "open_direct",
    "open_shop",
    "recall",
    "remove_member",
    "rename",
    "restore",
    "save_reply",
    "send",
    "unmute",
]

"""The verbs of communities. Each is one transaction and locks in the order community, membership, event."""

from jishi.social.communities.operations.founding import add_channel, appoint, close, edit, found
from jishi.social.communities.operations.gatherings import (
    cancel,
    cancel_signup,
    change_capacity,
    free_places,
    plan,
    sign_in,
    sign_up,
)
from jishi.social.communities.operations.joining import (
    accept_rules,
    decide,
    invite,
    join,
    leave,
    revoke_invitation,
)
from jishi.social.communities.operations.moderating import ban, mute, remove, unban, warn
from jishi.social.communities.operations.personal import erase
from jishi.social.communities.operations.posts import (
    attach_post,
    drop_post,
    pin,
    record_comment,
    record_visit,
    remove_post,
    unpin,
)
from jishi.social.communities.operations.tending import (
    announce,
    ask_partner,
    decide_partner,
    evaluate,
    notice_inactive,
    remove_inactive,
    stay,
    write_strategy,
)

__all__ = [
    "accept_rules",
    "add_channel",
    "announce",
    "appoint",
    "ask_partner",
    "attach_post",
    "ban",
    "cancel",
    "cancel_signup",
    "change_capacity",
    "close",
    "decide",
    "decide_partner",
    "drop_post",
    "edit",
    "erase",
    "evaluate",
    "found",
    "free_places",
    "invite",
    "join",
    "leave",
    "mute",
    "notice_inactive",
    "pin",
    "plan",
    "record_comment",
    "record_visit",
    "remove",
    "remove_inactive",
    "remove_post",
    "revoke_invitation",
    "sign_in",
    "sign_up",
    "stay",
    "unban",
    "unpin",
    "warn",
    "write_strategy",
]

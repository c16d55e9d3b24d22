"""The verbs of notes."""

from jishi.social.notes.operations.erase import erase
from jishi.social.notes.operations.moderating import (
    approve,
    approve_comment,
    hide,
    hide_author,
    hide_comment,
    reject,
    reject_comment,
    remove_by_moderator,
    restore,
    restore_author,
    restore_comment,
)
from jishi.social.notes.operations.past import record_past
from jishi.social.notes.operations.reactions import (
    create_folder,
    favourite,
    like,
    like_comment,
    remove_folder,
    unfavourite,
    unlike,
    unlike_comment,
)
from jishi.social.notes.operations.talk import comment, remove_comment
from jishi.social.notes.operations.uploads import (
    crop_picture,
    issue_ticket,
    read_ticket,
    store_pictures,
    store_video,
)
from jishi.social.notes.operations.writing import (
    publish,
    publish_due,
    remove,
    repost,
    save,
    schedule,
    unschedule,
)

__all__ = [
    "approve",
    "approve_comment",
    "comment",
    "create_folder",
    "crop_picture",
    "erase",
    "favourite",
    "hide",
    "hide_author",
    "hide_comment",
    "issue_ticket",
    "like",
    "like_comment",
    "publish",
    "publish_due",
    "read_ticket",
    "record_past",
    "reject",
    "reject_comment",
    "remove",
    "remove_by_moderator",
    "remove_comment",
    "remove_folder",
    "repost",
    "restore",
    "restore_author",
    "restore_comment",
    "save",
    "schedule",
    "store_pictures",
    "store_video",
    "unfavourite",
    "unlike",
    "unlike_comment",
    "unschedule",
]

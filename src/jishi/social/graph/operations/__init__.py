"""The verbs between people. Whatever changes a count holds the lock of both profiles, in order of person."""

from jishi.social.graph.operations.edges import import_edges
from jishi.social.graph.operations.erase import erase
from jishi.social.graph.operations.follows import accept, decline, follow, remove_follower, unfollow
from jishi.social.graph.operations.invitations import accept_invitation, create_invitation
from jishi.social.graph.operations.profile import edit_profile, remove_background, set_background
from jishi.social.graph.operations.walls import block, mute, remark, unblock, unmute

__all__ = [
    "accept",
    "accept_invitation",
    "block",
    "create_invitation",
    "decline",
    "edit_profile",
    "erase",
    "follow",
    "import_edges",
    "mute",
    "remark",
    "remove_background",
    "remove_follower",
    "set_background",
    "unblock",
    "unfollow",
    "unmute",
]

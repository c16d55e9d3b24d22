"""Writes about people: one verb per module, each its own transaction."""

from jishi.people.accounts.operations.addresses import make_default, remove_address, save_address
from jishi.people.accounts.operations.birthdays import forget_birthday, keep_birthday
from jishi.people.accounts.operations.erase import erase
from jishi.people.accounts.operations.lane import issue_lane_token, read_lane_token
from jishi.people.accounts.operations.profile import (
    change_sign_in,
    remove_avatar,
    revoke_tokens,
    set_avatar,
    update_profile,
)
from jishi.people.accounts.operations.register import register, register_many
from jishi.people.accounts.operations.sign_in import (
    DEMO_ROLES,
    choose_demo_person,
    demo_email,
    forget_shared_cache,
    forget_unproven,
    open_unproven,
    request_code,
)
from jishi.people.accounts.operations.standing import set_active
from jishi.people.accounts.settle import LANE_COOKIE, LANE_TTL_S

__all__ = [
    "DEMO_ROLES",
    "LANE_COOKIE",
    "LANE_TTL_S",
    "change_sign_in",
    "choose_demo_person",
    "demo_email",
    "erase",
    "forget_birthday",
    "forget_shared_cache",
    "forget_unproven",
    "issue_lane_token",
    "keep_birthday",
    "make_default",
    "open_unproven",
    "read_lane_token",
    "register",
    "register_many",
    "remove_address",
    "remove_avatar",
    "request_code",
    "revoke_tokens",
    "save_address",
    "set_active",
    "set_avatar",
    "update_profile",
]

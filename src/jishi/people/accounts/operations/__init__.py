"""Writes about people: one verb per module, each its own transaction."""

from jishi.people.accounts.operations.addresses import make_default, remove_address, save_address
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

__all__ = [
    "DEMO_ROLES",
    "choose_demo_person",
    "demo_email",
    "forget_shared_cache",
    "forget_unproven",
    "open_unproven",
    "request_code",
    "change_sign_in",
    "issue_lane_token",
    "make_default",
    "read_lane_token",
    "register",
    "register_many",
    "remove_address",
    "remove_avatar",
    "revoke_tokens",
    "save_address",
    "set_avatar",
    "update_profile",
]

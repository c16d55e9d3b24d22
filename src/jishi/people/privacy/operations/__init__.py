"""What people decide about their data: consents, and leaving for good."""

from jishi.people.privacy.operations.consents import accept_policy, give, withdraw
from jishi.people.privacy.operations.leaving import (
    cancel_deletion,
    erase_now,
    request_deletion,
    send_code,
)

__all__ = [
    "accept_policy",
    "cancel_deletion",
    "erase_now",
    "give",
    "request_deletion",
    "send_code",
    "withdraw",
]

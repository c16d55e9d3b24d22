"""Telling people things, and carrying them out of the house.

Sending talks to the network, so it is never called inside a transaction of the business; notices are rows
and may be.
"""

from jishi.people.notifications.operations.choosing import (
    choose,
    forget_browser,
    set_quiet_hours,
    subscribe_browser,
    unsubscribe,
)
from jishi.people.notifications.operations.delivering import deliver_due, drop, plan_due, send_again
from jishi.people.notifications.operations.digests import collect_due
from jishi.people.notifications.operations.outgoing import send_mail, send_sms
from jishi.people.notifications.operations.telling import (
    erase,
    forget_inbox,
    forget_old,
    mark_read,
    notify,
    notify_each,
    notify_many,
    withdraw,
)

__all__ = [
    "choose",
    "collect_due",
    "deliver_due",
    "drop",
    "erase",
    "forget_browser",
    "forget_inbox",
    "forget_old",
    "mark_read",
    "notify",
    "notify_each",
    "notify_many",
    "plan_due",
    "send_again",
    "send_mail",
    "send_sms",
    "set_quiet_hours",
    "subscribe_browser",
    "unsubscribe",
    "withdraw",
]

"""How long a deletion waits, what a code looks like, and which version of the policy is in force. Pure."""

from datetime import timedelta

from jishi.people.privacy.contracts import Purpose
from jishi.people.privacy.errors import PurposeUnknown

POLICY_VERSION = "2026-11"
GRACE = timedelta(days=15)
"""Time to change one's mind; within what the law gives a platform to answer."""
ASK_AGAIN = timedelta(days=1)
"""How long a due deletion waits when something is still open."""
CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 5
CODES_PER_HOUR = 5
CONFIRMATIONS_PER_HOUR = 10
DEFAULTS = {
    Purpose.POLICY: ("", False),
    Purpose.PERSONALISATION: ("consent.personalisation_unless_refused", True),
    Purpose.ANALYTICS: ("consent.analytics_unless_refused", False),
}
"""What holds for whoever never said: the rule of the jurisdiction's pack, and where it is silent."""


def check_purpose(text: str) -> Purpose:
    """Return a purpose.

    :raises PurposeUnknown: there is none of this name.
    """
    try:
        return Purpose(text)
    except ValueError:
        raise PurposeUnknown(purpose=text[:40]) from None

"""How often a sign-in code may be sent, and which code a repeated request sends.

Invariant: whoever holds a code that has not expired can still use it, whatever is requested after it.
A repeated request sends the same code again, and a refused one changes nothing.
"""

import time
from typing import Any

from allauth.account import app_settings
from allauth.core import exceptions
from django.http import HttpRequest

from jishi.kernel import crypto, limits
from jishi.kernel.errors import N_

# (bucket, limit, seconds): per recipient, so that nobody's phone is flooded, and per address of the sender.
RECIPIENT_LIMITS = (("codes.recipient.10m", 5, 600), ("codes.recipient.day", 20, 86_400))
SENDER_LIMIT = ("codes.sender.hour", 100, 3_600)
COUNTED = "jishi_codes_counted"
"""Attribute of a request: recipients whose sending was counted already."""
STATES = {"login_by_code": "LOGIN_BY_CODE_TIMEOUT", "verify_phone": "PHONE_VERIFICATION_TIMEOUT"}


class CodesThrottled(limits.RateLimited, exceptions.RateLimited):
    """Codes were requested too often; one that arrived stays good."""

    code = "accounts.codes_throttled"
    message = N_(
        "Too many codes were requested. The last one still works; a new one can be sent in %(seconds)s s."
    )


def count(*, recipient: str, sender: str) -> None:
    """Count one sending.

    :raises CodesThrottled: this recipient or this sender asked too often.
    """
    bucket, limit, window_s = SENDER_LIMIT
    try:
        limits.hit(
            bucket=bucket, key=crypto.blind_index(sender, purpose=bucket), limit=limit, window_s=window_s
        )
        for bucket, limit, window_s in RECIPIENT_LIMITS:
            key = crypto.blind_index(recipient, purpose=bucket)
            limits.hit(bucket=bucket, key=key, limit=limit, window_s=window_s)
    except limits.RateLimited as error:
        raise CodesThrottled(retry_after_s=error.retry_after_s or 60, **error.fields) from error


def allow(request: HttpRequest, *, recipient: str, sender: str) -> None:
    """Count one sending of this request, however often the sign-in library asks.

    :raises CodesThrottled: this recipient or this sender asked too often.
    """
    counted: set[str] = request.__dict__.setdefault(COUNTED, set())
    if recipient not in counted:
        count(recipient=recipient, sender=sender)
        counted.add(recipient)


def pending(request: HttpRequest, *, email: str | None = None, phone: str | None = None) -> str | None:
    """Return the code this browser was already sent for this recipient and may still use."""
    stages = (request.session.get("account_login") or {}).get("state", {}).get("stages", {})
    for stage, timeout in STATES.items():
        state: dict[str, Any] = stages.get(stage, {}).get("data", {})
        if (email, phone) != (state.get("email"), state.get("phone")) or not state.get("code"):
            continue
        if time.time() - state["at"] <= getattr(app_settings, timeout):
            return str(state["code"])
    return None


def pending_email(request: HttpRequest) -> str | None:
    """Return the e-mail address this browser is signing in with."""
    stages = (request.session.get("account_login") or {}).get("state", {}).get("stages", {})
    email: str | None = stages.get("login_by_code", {}).get("data", {}).get("email")
    return email

"""Which friend's link somebody came by, remembered in their session until they order.

Invariant: an order is credited to the link of its own team first, then of its product, then to the last one
opened.
"""

from django.http import HttpRequest

KEPT = 20
SESSION_KEY = "via"


def remember(request: HttpRequest, *, kind: str, key: str, code: str) -> None:
    """Keep the link; the newest links win when there are many."""
    kept: dict[str, str] = dict(request.session.get(SESSION_KEY, {}))
    kept.pop(f"{kind}:{key}", None)
    kept.pop("last", None)
    kept[f"{kind}:{key}"] = code
    kept["last"] = code
    request.session[SESSION_KEY] = dict(list(kept.items())[-KEPT:])


def code_for(request: HttpRequest, *wanted: tuple[str, str]) -> str:
    """The link to credit for any of these (kind, key) pairs, in this order; "" if nobody brought them."""
    if not request.COOKIES.get("jishi_session"):
        return ""
    kept: dict[str, str] = request.session.get(SESSION_KEY, {})
    for kind, key in wanted:
        if key and f"{kind}:{key}" in kept:
            return kept[f"{kind}:{key}"]
    return kept.get("last", "")

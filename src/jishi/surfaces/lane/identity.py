"""Who opens a stream, and from where: the signed lane cookie (or bearer), and the page's own origin.

Nothing here asks a database. A browser sends our cookie along from any page, so a stream that is asked for by
a page of another origin is refused before anything else is looked at.
"""

from __future__ import annotations

import os
import time
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from jishi.people.accounts import settle
from jishi.people.accounts.contracts import LaneClaims

SAME = frozenset({"same-origin", "none"})


def header(scope: MutableMapping[str, Any], name: bytes) -> str:
    """Return one header of a request, or the empty string."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def is_own_origin(scope: MutableMapping[str, Any]) -> bool:
    """Say whether a request comes from a page of ours, or from no page at all."""
    site = header(scope, b"sec-fetch-site")
    if site and site not in SAME:
        return False
    origin = header(scope, b"origin")
    if not origin:
        return True
    return _is_own(origin, header(scope, b"host"), os.environ.get("JISHI_BASE_URL", ""))


@lru_cache(maxsize=256)
def _is_own(origin: str, host: str, base_url: str) -> bool:
    own = {host.lower(), urlsplit(base_url).netloc.lower()}
    return urlsplit(origin).netloc.lower() in own - {""}


def caller(scope: MutableMapping[str, Any], secret: bytes) -> LaneClaims | None:
    """Return what the request's token proves, or None without a good one."""
    token = _bearer(scope) or _cookie(scope)
    try:
        return settle.read_lane_token(token, secret=secret, now_s=time.time()) if token else None
    except ValueError:
        return None


def _bearer(scope: MutableMapping[str, Any]) -> str:
    kind, _, token = header(scope, b"authorization").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _cookie(scope: MutableMapping[str, Any]) -> str:
    for part in header(scope, b"cookie").split(";"):
        name, _, value = part.strip().partition("=")
        if name == settle.LANE_COOKIE:
            return value.strip('"')
    return ""

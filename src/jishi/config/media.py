"""Uploaded files in the demo, which has no proxy in front: whole or by ranges, as players ask for films.

Invariant: only what our own encoders wrote lies there; it is served under its own type and nothing else.
"""

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.static import serve

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
AT_ONCE = 4 * 1024 * 1024


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a file, or the part of it that was asked for."""
    root = Path(settings.MEDIA_ROOT)
    whole = serve(request, path, document_root=str(root))
    if not isinstance(whole, FileResponse):
        return whole
    whole["Accept-Ranges"] = "bytes"
    whole["X-Content-Type-Options"] = "nosniff"
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not any(asked.groups()):
        return whole
    size = int(whole["Content-Length"])
    first, last = _bounds(asked[1], asked[2], size)
    if first > last:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    with (root / path).open("rb") as file:
        file.seek(first)
        data = file.read(last - first + 1)
    part = HttpResponse(data, status=206, content_type=whole["Content-Type"])
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Accept-Ranges"] = "bytes"
    part["X-Content-Type-Options"] = "nosniff"
    whole.close()
    return part


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and last byte of a range; a long one is answered in parts."""
    if not first:
        return max(0, size - int(last)), size - 1
    end = min(int(last) if last else size - 1, size - 1, int(first) + AT_ONCE - 1)
    return int(first), end

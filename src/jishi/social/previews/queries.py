"""Reading previews that are there already; nothing is ever fetched for a reader."""

import hashlib
from collections.abc import Iterable

from jishi.kernel import media
from jishi.social.previews import rules
from jishi.social.previews.contracts import PreviewView
from jishi.social.previews.models import Preview


def digest_of(url: str) -> str:
    """The key of an address."""
    return hashlib.sha256(url.encode()).hexdigest()


def first_link(text: str) -> str:
    """The first address in a text, or the empty string."""
    return rules.first_link(text)


def find_preview(url: str) -> PreviewView | None:
    """What stands behind an address, if it was fetched and may be shown."""
    return list_previews([url]).get(url) if url else None


def list_previews(urls: Iterable[str]) -> dict[str, PreviewView]:
    """What stands behind several addresses, by address."""
    wanted = {digest_of(url) for url in urls}
    rows = Preview.objects.filter(digest__in=wanted, state="ready")
    return {
        row.url: PreviewView(
            url=row.url,
            host=rules.host_of(row.url),
            title=row.title,
            text=row.text,
            picture_url=media.view(row.picture).url if row.picture else "",
            picture_srcset=media.view(row.picture).srcset if row.picture else "",
        )
        for row in rows
    }

"""Reading the head of a page, and which links are worth a preview; pure.

Nothing of the page's markup survives: title and description become plain text on one line.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

MAX_TITLE = 120
MAX_TEXT = 240
_URL = re.compile(r"https?://[^\s<>\"'，。；）)】\]]+", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([a-zA-Z0-9_-]{2,40})", re.IGNORECASE)
_FALLBACK = "utf-8"


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says of itself."""

    title: str
    text: str
    picture_url: str


def first_link(text: str) -> str:
    """The first address in a text, or the empty string."""
    found = _URL.search(text)
    return found.group().rstrip(".,!?:;") if found else ""


def host_of(url: str) -> str:
    """Where a link leads."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def read_head(body: bytes, charset: str, url: str) -> Head:
    """Title, description and picture of a page, by its own cards first."""
    reader = _Reader()
    reader.feed(_decoded(body, charset))
    metas = reader.metas
    title = metas.get("og:title") or metas.get("twitter:title") or "".join(reader.title)
    text = metas.get("og:description") or metas.get("description") or metas.get("twitter:description") or ""
    picture = metas.get("og:image") or metas.get("twitter:image") or ""
    return Head(_line(title, MAX_TITLE), _line(text, MAX_TEXT), urljoin(url, picture) if picture else "")


class _Reader(HTMLParser):
    """Collects the title and the meta tags; everything else passes by."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.metas: dict[str, str] = {}
        self.title: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = not self.title
        elif tag == "meta":
            given = dict(attrs)
            name = (given.get("property") or given.get("name") or "").strip().lower()
            if name and given.get("content"):
                self.metas.setdefault(name, given["content"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)


def _decoded(body: bytes, charset: str) -> str:
    told = _CHARSET.search(body[:2048])
    for name in (charset, told.group(1).decode() if told else "", _FALLBACK):
        try:
            if name:
                return body.decode(codecs.lookup(name).name, "replace")
        except (LookupError, ValueError):
            continue
    return body.decode(_FALLBACK, "replace")


def _line(text: str, limit: int) -> str:
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    line = " ".join(seen.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"

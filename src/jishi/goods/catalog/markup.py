"""Descriptions as merchants paste them, made safe: an allow-list of tags, no style, script or foreign
content.

Invariant: ``clean(clean(x)) == clean(x)``, so that an export can be imported again without a change.
"""

import html
import re

import nh3

TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "h2", "h3", "h4", "h5",
    "h6", "hr", "i", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody",
    "td",
    "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
DROP_WITH_CONTENT = {
    "script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "textarea",
    "select", "title", "head", "form", "button", "video", "audio", "canvas", "noembed", "noframes", "xmp",
}  # fmt: skip

_TAG = re.compile(r"<[a-zA-Z/!]")
_ANY_TAG = re.compile(r"<[^>]*>")
_H1 = re.compile(r"<(/?)h1(?=[\s/>])", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_MAX_PASSES = 6


def clean(source: str) -> str:
    """Safe HTML with the same words. Text without tags becomes paragraphs."""
    result = _pass(source)
    for _ in range(_MAX_PASSES):
        again = _pass(result)
        if again == result:
            return result
        result = again
    return _paragraphs(plain(result))


def plain(markup: str) -> str:
    """The words of sanitised HTML, for search and previews."""
    return " ".join(html.unescape(_ANY_TAG.sub(" ", markup)).split())


def _pass(source: str) -> str:
    # Entities can hide control characters that only the parser brings out: each pass takes them away.
    source = _CONTROL.sub("", source)
    if not _TAG.search(source):
        return _paragraphs(html.unescape(source))
    # The page has its own main heading, so a pasted one becomes the next level.
    safe = nh3.clean(
        _H1.sub(r"<\1h2", source),
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=DROP_WITH_CONTENT,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    ).strip()
    return safe if _TAG.search(safe) else _paragraphs(html.unescape(safe))


def _paragraphs(text: str) -> str:
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")))
    return "".join(f"<p>{_lines(block)}</p>" for block in blocks if block)


def _lines(block: str) -> str:
    return "<br>".join(html.escape(line.strip(), quote=False) for line in block.split("\n"))

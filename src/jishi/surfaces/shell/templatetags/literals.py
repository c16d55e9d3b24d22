"""The tags `translate` and `static` for literals, which nearly all of them are.

A page has some forty texts and addresses that are known when its template is read. Django's own tags make a
lazy text of each, resolve, localise and escape it, and ask all apps for their names; that was an eighth of a
page's time. A literal is looked up here at once, with the same result; everything else (a variable, `as`,
`context`, `noop`, a filter) is left to Django's own tags. The settings put this library, which contains all
of theirs, in their place.
"""

from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.base import FilterExpression, Node, Parser, Token, Variable
from django.templatetags import i18n as django_i18n
from django.templatetags import static as django_static
from django.utils.html import escape
from django.utils.translation import gettext

register = template.Library()
for library in (django_i18n.register, django_static.register):
    register.tags.update(library.tags)
    register.filters.update(library.filters)


class TextNode(Node):
    """A text that stands in the template."""

    child_nodelists = ()

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, context: Any) -> str:
        """Return it in the reader's language; like everything written in a template, it is safe."""
        return gettext(self.text)


class FileNode(Node):
    """The address of a file whose name stands in the template."""

    child_nodelists = ()

    def __init__(self, path: str) -> None:
        self.path = path

    def render(self, context: Any) -> str:
        """Return its address, with the fingerprint where files have one."""
        return escape(staticfiles_storage.url(self.path))


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """A text in the reader's language."""
    node: Any = django_i18n.do_translate(parser, token)
    text = _literal(node.filter_expression)
    is_plain = not (node.noop or node.asvar or node.message_context)
    # Percent signs are doubled on their way through Django's tag; none of ours needs that way.
    return TextNode(text) if is_plain and text and "%" not in text else node


@register.tag
def static(parser: Parser, token: Token) -> Node:
    """The address of a file."""
    node: Any = django_static.do_static(parser, token)
    path = _literal(node.path)
    return FileNode(path) if node.varname is None and path else node


def _literal(expression: FilterExpression) -> str:
    """Return what stands there in quotes; nothing for a variable or with a filter."""
    var: Any = expression.var
    if expression.filters:
        return ""
    if isinstance(var, Variable):
        return str(var.literal) if isinstance(var.literal, str) else ""
    return str(var) if isinstance(var, str) else ""

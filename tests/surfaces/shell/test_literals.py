"""The quick `translate` and `static` say what Django's own say."""

from __future__ import annotations

import pytest
from django.template import Context, Engine
from django.utils import translation

TEXTS = [
    '{% translate "Home" %}',
    "{% trans 'Home' %}",
    '{% translate "Nobody <b>knows</b> & cares" %}',
    '{% translate "100% of it" %}',
    '{% translate "Home"|upper %}',
    '{% translate word %}',
    '{% translate "Home" as kept %}[{{ kept }}]',
    '{% translate "May" context "month" %}',
    '{% translate "Home" noop %}',
    '{% static "shell/css/core.css" %}',
    '{% static "a b/ü&.css" %}',
    '{% static path %}',
    '{% static "shell/css/core.css" as kept %}[{{ kept }}]',
]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_literal_reads_as_with_the_tags_of_django(text: str, language: str) -> None:
    libraries = {
        "ours": dict.fromkeys(("i18n", "static"), "jishi.surfaces.shell.templatetags.literals"),
        "theirs": {name: f"django.templatetags.{name}" for name in ("i18n", "static")},
    }
    values = {"word": "Cart <now>", "path": "x&y.css"}

    with translation.override(language):
        said = {
            who: Engine(libraries=some)
            .from_string("{% load i18n static %}" + text)
            .render(Context(dict(values)))
            for who, some in libraries.items()
        }

    assert said["ours"] == said["theirs"]
    assert said["ours"]

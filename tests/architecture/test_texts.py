"""Every text has its Chinese, and the check for it can fail."""

from __future__ import annotations

from pathlib import Path

from jishi.cli import messages


def test_translations_are_complete() -> None:
    folders = messages.areas()

    findings = [line for folder in folders for line in messages.check(folder)] + messages.contradictions(
        folders
    )

    assert findings == []


def test_a_text_without_translation_is_found(tmp_path: Path) -> None:
    area = tmp_path / "goods"
    (area / "locale/zh_Hans/LC_MESSAGES").mkdir(parents=True)
    (area / "templates").mkdir()
    (area / "errors.py").write_text(
        'N_ = str\nA = N_("Only %(n)s left.")\nB = N_("Sold out.")\nC = N_("Gone.")\n'
    )
    (area / "templates/a.html").write_text(
        '{% load i18n %}\n<p>{% translate "Hello" %}</p>\n'
        "  {% blocktranslate count n=n %}{{ n }} seat{% plural %}"
        "{{ n }} seats{% endblocktranslate %}\n"
    )
    (area / "locale/zh_Hans/LC_MESSAGES/django.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Only %(n)s left."\nmsgstr "只剩 %(m)s 件。"\n\n#, fuzzy\nmsgid "Sold out."\nmsgstr "售罄。"\n'
    )
    messages.PACKAGE, kept = tmp_path, messages.PACKAGE
    try:
        findings = messages.check(area)
    finally:
        messages.PACKAGE = kept

    assert sorted(findings) == [
        "goods: '%(n)s seat' is missing",
        "goods: 'Gone.' is missing",
        "goods: 'Hello' is missing",
        "goods: 'Only %(n)s left.': placeholders ['%(m)s'] instead of ['%(n)s']",
        "goods: 'Sold out.' is marked as unsure",
    ]

"""How a text is read: topics, mentions, links. Nothing is lost, nothing is added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import jotted, written

from jishi.social.notes import queries, rules
from jishi.social.notes.models import Mention

ALPHABET = "柿子 ab1#@＃＠/:.htps-_\n，。<>&\"'()（）"


@given(st.text(st.sampled_from(ALPHABET) | st.characters(codec="utf-8"), max_size=200))
def test_the_pieces_put_together_are_the_text(text: str) -> None:
    names = {"柿子": "aaaaaaaaaaaa", "ab": "bbbbbbbbbbbb"}

    found = rules.pieces(text, names)

    assert "".join(piece.text for piece in found) == text
    for piece in found:
        if piece.kind == "link":
            assert piece.target.startswith(("http://", "https://", "HTTP", "Http")) and piece.host
        if piece.kind == "topic":
            assert rules.topic_slug(piece.text) == piece.target
        if piece.kind == "mention":
            assert names[piece.text[1:]] == piece.target


@given(st.text(max_size=80))
def test_the_slug_of_a_slug_is_itself(name: str) -> None:
    slug = rules.topic_slug(name)

    assert rules.topic_slug(slug) == slug


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("#柿子 熟了", ["柿子"]),
        ("#柿子#熟了", ["柿子"]),
        ("＃秋天＃ #柿子", ["秋天", "柿子"]),
        ("#Tea #TEA #tea", ["tea"]),
        ("#123 a#b /#c &#x41;", []),
        ("https://example.org/a#part", []),
    ],
)
def test_topics(text: str, slugs: list[str]) -> None:
    assert list(rules.find_topics(text)) == slugs


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://example.org/a", "example.org"),
        ("https://taobao.com@evil.example/a", "evil.example"),
        ("https://evil.example/https://taobao.com", "evil.example"),
        ("https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com"),
        ("http://example.org:8080/x", "example.org:8080"),
    ],
)
def test_inp_132_a_link_shows_the_host_it_leads_to(text: str, host: str) -> None:
    [piece] = [piece for piece in rules.pieces(text) if piece.kind == "link"]

    assert piece.host == host


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "https://localhost/", "https://[::1", "data:text/html,x"]
)
def test_what_leads_nowhere_sensible_is_only_text(text: str) -> None:
    assert [piece.kind for piece in rules.pieces(text)] == ["text"]


@pytest.mark.django_db
def test_only_people_one_knows_are_called_and_the_longest_name_wins() -> None:
    author, short, long, stranger = (jotted.person() for _ in range(4))
    for who, name in ((short, "小满"), (long, "小满满"), (stranger, "陌生人")):
        written.rename(who, name)
    written.befriend(author, short)
    written.befriend(author, long)

    code = written.note(author, "@小满满来看，@陌生人 不会被叫到")

    assert list(Mention.objects.values_list("person_id", flat=True)) == [long]
    note = queries.get_note(code, viewer_id=None)
    [mention] = [piece for piece in note.pieces if piece.kind == "mention"]
    assert mention.text == "@小满满"

"""What stands behind a link is fetched by the clock, as text and a picture of our own."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from jishi.kernel import clock, outbound
from jishi.social.previews import operations as previews
from jishi.social.previews import queries, rules
from jishi.social.previews.models import Preview

URL = "https://shop.example/persimmons"


class Web(outbound.Client):
    """A web of a few pages."""

    def __init__(self, pages: dict[str, tuple[str, bytes] | Exception]) -> None:
        super().__init__()
        self.pages, self.asked = pages, []

    def get(self, url: str, wanted: outbound.Wanted) -> outbound.Answer:
        self.asked.append(url)
        page = self.pages.get(url, outbound.AddressRefused())
        if isinstance(page, Exception):
            raise page
        if page[0] not in wanted.content_types:
            raise outbound.AnswerRefused
        return outbound.Answer(url, 200, page[0], "utf-8", page[1])


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), (200, 90, 40)).save(out, "JPEG")
    return out.getvalue()


def page(head: str) -> tuple[str, bytes]:
    return "text/html", f"<html><head>{head}</head><body>…</body></html>".encode()


@pytest.mark.django_db(transaction=True)
def test_a_page_becomes_title_text_and_a_picture_of_ours(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    head = (
        '<title>x</title><meta property="og:title" content="火晶柿子"><meta name="description" content="甜">'
        '<meta property="og:image" content="/a.jpg">'
    )
    web = Web({URL: page(head), "https://shop.example/a.jpg": ("image/jpeg", picture())})
    previews.request(url=URL)
    previews.request(url=URL)

    fetched = previews.fetch_due(clock.now(), client=web)

    found = queries.find_preview(URL)
    assert fetched == 1
    assert found is not None
    assert (found.title, found.text, found.host) == ("火晶柿子", "甜", "shop.example")
    assert found.picture_url.endswith(".webp")
    assert previews.fetch_due(clock.now(), client=web) == 0


@pytest.mark.django_db(transaction=True)
def test_inp_124_a_picture_inside_is_left_out_and_the_preview_stays() -> None:
    head = '<title>Nice</title><meta property="og:image" content="http://169.254.169.254/x.png">'
    dialled: list[str] = []
    web = outbound.Client(resolver=lambda host, port: dialled.append(host) or [host])  # type: ignore[func-returns-value]
    kept = Web({URL: page(head)})
    kept.pages["http://169.254.169.254/x.png"] = outbound.AddressRefused()
    previews.request(url=URL)

    previews.fetch_due(clock.now(), client=kept)

    found = queries.find_preview(URL)
    assert found is not None
    assert (found.title, found.picture_url) == ("Nice", "")
    with pytest.raises(outbound.AddressRefused):
        web.get("http://169.254.169.254/x.png", previews.PICTURE)


@pytest.mark.django_db(transaction=True)
def test_a_refused_address_is_never_tried_again_and_a_silent_one_is() -> None:
    silent = "https://silent.example/"
    web = Web({silent: outbound.PeerUnreachable()})
    previews.request(url="http://127.0.0.1/")
    previews.request(url=silent)
    now = clock.now()

    tries = [previews.fetch_due(now + timedelta(hours=3 * n), client=web) for n in range(5)]

    assert tries == [2, 1, 1, 0, 0]
    assert queries.find_preview(silent) is None
    assert Preview.objects.get(url="http://127.0.0.1/").state == "refused"


def test_inp_122_a_page_says_only_words() -> None:
    body = (
        b"<title>\x00<script>alert(1)</script>Ti\xe2\x80\xaetle</title>"
        b"<meta name=description content='&lt;b&gt;x'>"
    )

    head = rules.read_head(body, "", URL)

    assert "\u202e" not in head.title
    assert "\x00" not in head.title
    assert head.text == "<b>x"


def test_old_encodings_are_read() -> None:
    body = '<meta charset="gb2312"><title>柿子</title>'.encode("gb2312")

    assert rules.read_head(body, "", URL).title == "柿子"
    assert rules.read_head(b"<title>x</title>", "no-such-charset", URL).title == "x"


def test_the_first_link_of_a_text() -> None:
    assert rules.first_link("看 https://a.example/x。还有 https://b.example") == "https://a.example/x"
    assert rules.first_link("没有链接") == ""

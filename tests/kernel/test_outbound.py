"""Fetching what strangers name: nothing internal is ever contacted."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import pytest

from jishi.kernel import outbound

PUBLIC = "93.184.215.14"
HTML = outbound.Wanted(content_types=("text/html",), max_bytes=2000, total_s=1.5)


class Peer(BaseHTTPRequestHandler):
    """A loopback site with one page per trick."""

    seen: list[tuple[str, str | None]] = []

    def do_GET(self) -> None:
        Peer.seen.append((self.path, self.headers.get("Host")))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header(
                "Location", {"/to/inside": "http://169.254.169.254/latest/", "/to/page": "/page"}[self.path]
            )
            self.end_headers()
            return
        self.send_response(200)
        self.send_header(
            "Content-Type", "image/svg+xml" if self.path == "/svg" else "text/html; charset=utf-8"
        )
        if self.path == "/zip":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if self.path == "/drip":
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        self.wfile.write(b"x" * 5000 if self.path == "/large" else b"<title>hello</title>")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Recorder(httpcore.NetworkBackend):
    """Notes which address is dialled and leads every call to the loopback peer."""

    def __init__(self, port: int) -> None:
        self.port, self.dialled = port, []

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):  # type: ignore[no-untyped-def]
        self.dialled.append((host, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout)


@pytest.fixture
def dial() -> Iterator[Recorder]:
    Peer.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Recorder(server.server_address[1])
    server.shutdown()
    server.server_close()


def client(dial: Recorder, *answers: str) -> outbound.Client:
    replies = list(answers) or [PUBLIC]
    return outbound.Client(
        resolver=lambda host, port: [replies.pop(0) if len(replies) > 1 else replies[0]], dial=dial
    )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "192.88.99.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:93.184.215.14",
        "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
        "2002:7f00:1::", "2001:0:53aa:64c::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001:db8::1",
        "2606:4700::5efe:7f00:1", "not an address", "",
    ],
)  # fmt: skip
def test_inp_124_these_addresses_are_not_public(address: str) -> None:
    assert not outbound.is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111"])
def test_inp_124_these_addresses_are_public(address: str) -> None:
    assert outbound.is_public(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "10.1.2.3", "fd00::1"]
)
def test_inp_124_a_public_name_with_a_private_address_is_never_dialled(dial: Recorder, address: str) -> None:
    with pytest.raises(outbound.AddressRefused):
        client(dial, address).get("http://127.0.0.1.nip.io/", HTML)

    assert dial.dialled == []


def test_inp_124_one_private_address_among_public_ones_is_enough(dial: Recorder) -> None:
    mixed = outbound.Client(resolver=lambda host, port: [PUBLIC, "10.0.0.1"], dial=dial)

    with pytest.raises(outbound.AddressRefused):
        mixed.get("http://mixed.example/", HTML)

    assert dial.dialled == []


def test_inp_124_a_name_that_changes_its_address_is_asked_once_and_pinned(dial: Recorder) -> None:
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    answer = outbound.Client(resolver=changing, dial=dial).get("http://changing.example/page", HTML)

    assert (asked, dial.dialled) == (["changing.example"], [(PUBLIC, 80)])
    assert Peer.seen == [("/page", "changing.example")]
    assert (answer.body, answer.charset) == (b"<title>hello</title>", "utf-8")


def test_inp_124_a_redirect_is_refused_unless_asked_for(dial: Recorder) -> None:
    with pytest.raises(outbound.AnswerRefused):
        client(dial).get("http://site.example/to/page", HTML)

    assert [path for path, _ in Peer.seen] == ["/to/page"]


def test_inp_124_a_redirect_inside_is_judged_like_the_first_address(dial: Recorder) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return [host if host[0].isdigit() else PUBLIC]

    hopping = outbound.Wanted(content_types=("text/html",), hops=2)
    with pytest.raises(outbound.AddressRefused):
        outbound.Client(resolver=resolver, dial=dial).get("http://site.example/to/inside", hopping)

    assert asked == ["site.example", "169.254.169.254"]
    assert dial.dialled == [(PUBLIC, 80)]


def test_a_redirect_on_the_same_site_is_followed_and_resolved_again(dial: Recorder) -> None:
    answer = client(dial).get(
        "http://site.example/to/page", outbound.Wanted(content_types=("text/html",), hops=1)
    )

    assert answer.url == "http://site.example/page"
    assert len(dial.dialled) == 2


@pytest.mark.parametrize(
    "url",
    [
        "ftp://site.example/", "file:///etc/passwd", "gopher://site.example/", "http://", "//site.example",
        "http://user:pass@site.example/", "http://site.example:22/", "http://site.example:6379/",
        "http://localhost/", "http://intranet/", "http://db.internal/", "http://printer.local/",
        "http://site.example/\r\nHost: x", "http://site.example\\@127.0.0.1/", "http://[::1/", "http://x:99999/",
        "http://a..b/", "http://site.example/" + "a" * 2000,
    ],
)  # fmt: skip
def test_inp_124_an_address_of_bad_form_is_not_even_resolved(dial: Recorder, url: str) -> None:
    asked: list[str] = []
    with pytest.raises(outbound.AddressRefused):
        outbound.Client(resolver=lambda host, port: asked.append(host) or [PUBLIC], dial=dial).get(url, HTML)  # type: ignore[func-returns-value]

    assert (asked, dial.dialled) == ([], [])


@pytest.mark.parametrize("path", ["/large", "/svg", "/zip"])
def test_what_was_not_wanted_is_refused(dial: Recorder, path: str) -> None:
    with pytest.raises(outbound.AnswerRefused):
        client(dial).get("http://site.example" + path, HTML)


def test_a_long_page_is_cut_where_its_head_is_enough(dial: Recorder) -> None:
    wanted = outbound.Wanted(content_types=("text/html",), max_bytes=100, cut=True)

    assert len(client(dial).get("http://site.example/large", wanted).body) == 100


def test_a_slow_drip_ends_with_the_whole_time(dial: Recorder) -> None:
    began = time.monotonic()

    with pytest.raises(outbound.PeerUnreachable):
        client(dial).get(
            "http://site.example/drip", outbound.Wanted(content_types=("text/html",), total_s=0.5)
        )

    assert time.monotonic() - began < 1.5


def test_a_silent_resolver_ends_with_the_whole_time(dial: Recorder) -> None:
    silent = outbound.Client(resolver=lambda host, port: time.sleep(1) or [PUBLIC], dial=dial)  # type: ignore[func-returns-value]
    began = time.monotonic()

    with pytest.raises(outbound.PeerUnreachable):
        silent.get("http://site.example/", outbound.Wanted(content_types=("text/html",), total_s=0.2))

    assert time.monotonic() - began < 0.8


def test_private_peers_only_where_the_installation_names_them(dial: Recorder) -> None:
    named = outbound.Client(
        resolver=lambda host, port: ["127.0.0.1"], dial=dial, allowed=[ipaddress.ip_network("127.0.0.0/8")]
    )

    assert named.get("http://site.example/", HTML).status == 200

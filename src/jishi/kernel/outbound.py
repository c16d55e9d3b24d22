"""Fetching addresses that strangers name: link previews, pictures behind them.

Invariant: no byte is ever sent to an address that is not public. A name is resolved once per hop, every
address it has is judged, and the connection is made to the judged address itself: a name that answers
differently a moment later changes nothing. Redirects are followed only where asked for, each as a new hop.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore

from jishi.kernel.errors import N_, Invalid, Unavailable

PORTS = frozenset({80, 443})
MAX_URL = 2000
AGENT = "Jishi-Preview/1"
REDIRECTS = (301, 302, 303, 307, 308)
PRIVATE_NAMES = (
    ".localhost",
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".corp",
    ".arpa",
    ".onion",
)

_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Addresses that carry an IPv4 address inside, or lead into somebody's tunnel.
_REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "192.88.99.0/24", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15",
    )
)  # fmt: skip
_resolvers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolve")

Resolver = Callable[[str, int], Sequence[str]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressRefused(Invalid):
    """The address is not one that may be fetched for a stranger."""

    code = "kernel.address_refused"
    message = N_("This link cannot be opened from here.")


class AnswerRefused(Invalid):
    """The other side answered with something that is too large, of another kind, or no success."""

    code = "kernel.answer_refused"
    message = N_("The page behind this link cannot be shown.")


class PeerUnreachable(Unavailable):
    """The other side does not answer, or not in time."""

    code = "kernel.peer_unreachable"
    message = N_("The page behind this link does not answer.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``url`` is where the last hop ended."""

    url: str
    status: int
    content_type: str
    charset: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What may come back, and what it may cost."""

    content_types: tuple[str, ...]
    max_bytes: int = 1_000_000
    total_s: float = 6.0
    connect_s: float = 3.0
    hops: int = 0
    cut: bool = False
    """Whether a longer answer is cut (the head of a page is enough) or refused (half a picture is none)."""


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet, whatever form it is written in."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(ip in network for network in _REFUSED if network.version == ip.version):
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _GLOBAL_V6 or ip.packed[8:12] in _ISATAP):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address the system knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Client:
    """A fetcher without memory: no cookies, no credentials, no proxies, one connection per hop.

    ``resolver``, ``dial`` and ``allowed`` are for tests and for installations whose peers are private.
    """

    def __init__(
        self,
        *,
        resolver: Resolver = resolve,
        dial: httpcore.NetworkBackend | None = None,
        ports: Iterable[int] = PORTS,
        allowed: Iterable[Network] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._resolver = resolver
        self._dial = dial or httpcore.SyncBackend()
        self._ports = frozenset(ports)
        self._allowed = tuple(allowed)
        self._tls = tls

    def get(self, url: str, wanted: Wanted) -> Answer:
        """Fetch ``url``.

        :raises AddressRefused: it, or where it leads, is not public.
        :raises AnswerRefused: the answer is not what was wanted.
        :raises PeerUnreachable: no answer in time.
        """
        deadline = time.monotonic() + wanted.total_s
        for _ in range(wanted.hops + 1):
            parts = self._checked(url)
            answer, onward = self._hop(url, self._judged(parts, deadline), wanted, deadline)
            if answer is not None:
                return answer
            url = urljoin(url, onward)
        raise AnswerRefused(reason="redirects")

    def _checked(self, url: str) -> SplitResult:
        """The address in parts, if its form alone does not speak against it."""
        try:
            parts = urlsplit(url)
            port, host = parts.port, (parts.hostname or "").rstrip(".").lower()
            ascii_host = host.encode("idna").decode() if host and ":" not in host else host
        except ValueError:
            raise AddressRefused(reason="form") from None
        if len(url) > MAX_URL or any(ord(c) <= 32 or ord(c) == 127 for c in url) or "\\" in url:
            raise AddressRefused(reason="form")
        if parts.scheme not in ("http", "https") or not ascii_host or parts.username or parts.password:
            raise AddressRefused(reason="form")
        if (port or (443 if parts.scheme == "https" else 80)) not in self._ports:
            raise AddressRefused(reason="port")
        if ("." not in ascii_host and ":" not in ascii_host) or ascii_host.endswith(PRIVATE_NAMES):
            raise AddressRefused(reason="name")
        return parts

    def _judged(self, parts: SplitResult, deadline: float) -> str:
        """The one address to connect to; a name with a single private address is refused whole."""
        host = (parts.hostname or "").rstrip(".").encode("ascii", "ignore").decode() or ""
        if not (parts.hostname or "").isascii():
            host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            waiting = _resolvers.submit(self._resolver, host, port)
            found = list(waiting.result(max(0.01, deadline - time.monotonic())))
        except (OSError, UnicodeError, TooSlow):
            raise PeerUnreachable(retry_after_s=60) from None
        if not found:
            raise PeerUnreachable(retry_after_s=60)
        if not all(self._may(address) for address in found):
            raise AddressRefused(reason="private")
        return found[0]

    def _may(self, address: str) -> bool:
        if is_public(address):
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._allowed if network.version == ip.version)

    def _hop(self, url: str, address: str, wanted: Wanted, deadline: float) -> tuple[Answer | None, str]:
        """One request to one address: the answer, or where it points to."""
        headers = [
            (b"Host", _host_header(url)),
            (b"User-Agent", AGENT.encode()),
            (b"Accept", ", ".join(wanted.content_types).encode()),
            (b"Accept-Encoding", b"identity"),
            (b"Connection", b"close"),
        ]
        times = {"connect": wanted.connect_s, "read": wanted.total_s, "write": wanted.connect_s}
        backend = _Pinned(self._dial, address, deadline)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._tls or ssl.create_default_context(), network_backend=backend
                ) as pool,
                pool.stream("GET", _ascii_url(url), headers=headers, extensions={"timeout": times}) as reply,
            ):
                return _read(url, reply, wanted, deadline)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError):
            raise PeerUnreachable(retry_after_s=60) from None


class _Pinned(httpcore.NetworkBackend):
    """Connects to the judged address whatever name is asked for, and never beyond the deadline."""

    def __init__(self, dial: httpcore.NetworkBackend, address: str, deadline: float) -> None:
        self._dial, self._address, self._deadline = dial, address, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout)
        stream = self._dial.connect_tcp(self._address, port, left, local_address, socket_options)
        return _Timed(stream, self._deadline)


class _Timed(httpcore.NetworkStream):
    """A stream whose every wait also ends with the whole request's time: slow drips included."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the request's time is over")
    return left if timeout is None else min(left, timeout)


def _read(url: str, reply: httpcore.Response, wanted: Wanted, deadline: float) -> tuple[Answer | None, str]:
    headers = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in reply.headers}
    if reply.status in REDIRECTS and headers.get("location"):
        if not wanted.hops:
            raise AnswerRefused(reason="redirects")
        return None, headers["location"]
    kind, _, rest = headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if reply.status != 200 or kind not in wanted.content_types:
        raise AnswerRefused(reason="kind")
    if headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise AnswerRefused(reason="encoding")
    told = headers.get("content-length", "0")
    if not wanted.cut and told.isdigit() and int(told) > wanted.max_bytes:
        raise AnswerRefused(reason="size")
    body = bytearray()
    for chunk in reply.iter_stream():
        body += chunk
        if time.monotonic() > deadline:
            raise PeerUnreachable(retry_after_s=60)
        if len(body) > wanted.max_bytes:
            if not wanted.cut:
                raise AnswerRefused(reason="size")
            del body[wanted.max_bytes :]
            break
    charset = rest.partition("charset=")[2].strip(" \"'").lower()[:40]
    return Answer(url, reply.status, kind, charset, bytes(body)), ""


def _host_header(url: str) -> bytes:
    parts = urlsplit(_ascii_url(url))
    return parts.netloc.encode("ascii")


def _ascii_url(url: str) -> str:
    """The address in ASCII: the name in IDNA, the rest percent-encoded where it is not ASCII already."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    path = "".join(c if c.isascii() else _quoted(c) for c in parts.path or "/")
    query = "".join(c if c.isascii() else _quoted(c) for c in parts.query)
    return f"{parts.scheme}://{netloc}{path}" + (f"?{query}" if query else "")


def _quoted(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))

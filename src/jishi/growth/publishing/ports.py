"""What others may plug in: connections to platforms. Without them pieces leave as packages."""

from typing import Protocol, runtime_checkable

from jishi.growth.publishing.contracts import Package


@runtime_checkable
class Publisher(Protocol):
    """A connection to one platform."""

    platform: str

    def post(self, package: Package, *, handle: str) -> str:
        """Post it and return its address there. Called outside a transaction, at most once per version.

        :raises PlatformRefused: the platform said no, so nothing is there.
        """
        ...


@runtime_checkable
class FigureSource(Protocol):
    """Where figures of a platform come from. `platform` may be empty: then it serves every platform that has
    no source of its own."""

    platform: str

    def fetch(self, *, channel_code: str, handle: str) -> bytes | None:
        """The newest table as the platform gives it, or None when there is none yet. Called outside a
        transaction.

        :raises PlatformRefused: it could not be had; it is asked again when it is due next.
        """
        ...


_publishers: dict[str, Publisher] = {}
_sources: dict[str, FigureSource] = {}


def register_publisher(publisher: Publisher) -> None:
    """Connect a platform; the last registration of a platform stands.

    :raises TypeError: the object does not implement the port.
    """
    if not isinstance(publisher, Publisher):
        raise TypeError(f"{publisher!r} is not a Publisher")
    _publishers[publisher.platform] = publisher


def forget_publisher(platform: str) -> None:
    """Take a connection away again."""
    _publishers.pop(platform, None)


def find_publisher(platform: str) -> Publisher | None:
    """The connection to a platform, if there is one."""
    return _publishers.get(platform)


def register_source(source: FigureSource) -> None:
    """Connect a source of figures; the last registration of a platform stands.

    :raises TypeError: the object does not implement the port.
    """
    if not isinstance(source, FigureSource):
        raise TypeError(f"{source!r} is not a FigureSource")
    _sources[source.platform] = source


def find_source(platform: str) -> FigureSource | None:
    """Where the figures of a platform come from: its own source, or the one for all."""
    return _sources.get(platform) or _sources.get("")

"""What speaks against words that the house itself, or a shop, is about to show.

One judge for all of them, which a higher area plugs in; it keeps nothing. Without one nobody looks, and
whoever asks is told so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Weight(StrEnum):
    """What follows: it may not be shown at all, or people should look twice."""

    STOP = "stop"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was found; `message` is English with named parameters, `word` among them."""

    weight: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)


@runtime_checkable
class Judge(Protocol):
    """Says what speaks against a wording."""

    def judge(self, text: str) -> Sequence[Remark]:
        """Remarks with the words named, none when there is nothing to say."""
        ...


_judges: list[Judge] = []


def register_judge(judge: Judge) -> None:
    """Name the judge; the last one stands.

    :raises TypeError: the object does not implement the port.
    """
    if not isinstance(judge, Judge):
        raise TypeError(f"{judge!r} is not a judge of wording")
    _judges[:] = [judge]


def judge(texts: Iterable[str]) -> tuple[Remark, ...] | None:
    """What speaks against these texts, read together; None when nobody looks at wording."""
    if not _judges:
        return None
    return tuple(_judges[0].judge("\n".join(text for text in texts if text)))


def refused(texts: Iterable[str]) -> str:
    """The words of these texts that may not be shown at all, or ''."""
    found = [one for one in judge(texts) or () if one.weight == Weight.STOP]
    return str(found[0].params.get("word", "")) if found else ""

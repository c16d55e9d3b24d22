"""What judges content before it is published. Whoever has an opinion registers a guard; else all passes.

Every writer of content (notes, comments, reviews, questions, polls) asks :func:`judge` before its
transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

Action = Literal["accept", "hold", "refuse"]
SEVERITY: tuple[Action, ...] = ("accept", "hold", "refuse")


@dataclass(frozen=True, slots=True)
class Publication:
    """Something that is about to be published."""

    kind: str
    """note, comment, review, question, answer, announcement, poll or challenge."""
    author_id: int
    text: str
    language: str = ""
    links: tuple[str, ...] = ()
    mentions: int = 0
    picture_digests: tuple[str, ...] = ()
    context: str = ""
    """What it belongs to, e.g. the code of the note that a comment stands under."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason; `message` is an English text with named parameters, translated where it is shown."""

    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a guard says: publish it, hold it for review, or refuse it."""

    action: Action
    findings: tuple[Finding, ...] = ()


@runtime_checkable
class PublishGuard(Protocol):
    """Judges a publication."""

    name: str

    def judge(self, publication: Publication, *, at: datetime) -> Verdict:
        """Say whether it may be published."""
        ...


_guards: dict[str, PublishGuard] = {}


def register_guard(guard: PublishGuard) -> None:
    """Add a guard; the last registration of a name stands.

    :raises TypeError: the object does not implement the port.
    """
    if not isinstance(guard, PublishGuard):
        raise TypeError(f"{guard!r} is not a PublishGuard")
    _guards[guard.name] = guard


def forget_guard(name: str) -> None:
    """Take a guard away again."""
    _guards.pop(name, None)


def judge(publication: Publication, *, at: datetime) -> Verdict:
    """The worst action of all guards, with everything they found."""
    verdicts = [guard.judge(publication, at=at) for guard in _guards.values()]
    worst = max((SEVERITY.index(verdict.action) for verdict in verdicts), default=0)
    return Verdict(SEVERITY[worst], tuple(finding for verdict in verdicts for finding in verdict.findings))

"""What other parts see of a person's choices about their data, and of an account on its way out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Purpose(StrEnum):
    """What a person may agree to, each on its own."""

    POLICY = "policy"
    PERSONALISATION = "personalisation"
    ANALYTICS = "analytics"


SWITCHES = (Purpose.PERSONALISATION, Purpose.ANALYTICS)
"""The purposes a person turns on and off; the policy is only ever accepted in a newer version."""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """How a person stands to one purpose. Without `at` they never said, and the default applies."""

    purpose: str
    given: bool
    policy_version: str = ""
    at: datetime | None = None


class DeletionState(StrEnum):
    """How far the deletion of an account has got."""

    ASKED = "asked"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class DeletionView:
    """A deletion that waits for its day; until then it can be taken back."""

    requested_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that must end before an account can go; `message` is an English text with parameters."""

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""

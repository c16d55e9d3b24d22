"""What other parts may know about a person: frozen views without secrets."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as strangers see them."""

    id: int
    code: str
    nickname: str
    avatar_url: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A person as they see themselves; contact data is masked."""

    id: int
    code: str
    nickname: str
    avatar_url: str
    email: str
    phone_masked: str
    language: str
    theme: str
    is_operator: bool
    is_demo: bool
    has_password: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class AddressView:
    """A delivery address; `one_line` is written in the order its country uses."""

    id: int
    code: str
    recipient: str
    phone: str
    region: str
    city: str
    district: str
    line: str
    postal_code: str
    country: str
    is_default: bool
    one_line: str


@dataclass(frozen=True, slots=True)
class AddressDraft:
    """An address as entered, before it is checked."""

    recipient: str
    phone: str
    region: str
    city: str
    line: str
    district: str = ""
    postal_code: str = ""
    country: str = "CN"
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class NewPerson:
    """One row of a batch registration."""

    nickname: str
    email: str | None = None
    phone: str | None = None
    language: str = "zh-hans"
    is_demo: bool = False
    joined_at: datetime | None = None
    avatar: str = ""


@dataclass(frozen=True, slots=True)
class AudienceRef:
    """A named set of people, answered by whoever registered the kind."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class LaneClaims:
    """What a lane token proves: who, and in which token epoch."""

    person_id: int
    epoch: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class PersonalField:
    """One column: what it is for, and what becomes of it when the person asks to be forgotten."""

    table: str
    column: str
    purpose: str
    on_erase: str  # "blank" | "delete" | "keep"

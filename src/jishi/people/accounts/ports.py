"""What accounts asks others to answer: is this person in that audience?

Communities, loyalty levels and portraits register their kinds here; accounts itself knows two.
"""

from typing import Protocol, runtime_checkable

from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.errors import AudienceUnknown


@runtime_checkable
class Audience(Protocol):
    """One kind of audience."""

    kind: str

    def contains(self, *, key: str, person_id: int) -> bool:
        """Tell whether this person belongs to the audience named by `key`."""
        ...


_audiences: dict[str, Audience] = {}


def register_audience(audience: Audience) -> None:
    """Make a kind of audience known; the last registration of a kind stands.

    :raises TypeError: when the object does not implement the port.
    """
    if not isinstance(audience, Audience):
        raise TypeError(f"{audience!r} is not an Audience")
    _audiences[audience.kind] = audience


def is_known(kind: str) -> bool:
    """Tell whether somebody answers for this kind of audience."""
    return kind in _audiences


def is_member(ref: AudienceRef, person_id: int) -> bool:
    """Tell whether a person is in an audience.

    :raises AudienceUnknown: when nobody registered this kind.
    """
    audience = _audiences.get(ref.kind)
    if audience is None:
        raise AudienceUnknown(kind=ref.kind)
    return audience.contains(key=ref.key, person_id=person_id)

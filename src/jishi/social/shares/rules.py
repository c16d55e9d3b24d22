"""How links chain: depth, and when a link may be the parent of another. Pure.

A parent always exists before its child and never changes, so chains cannot run in circles; the database
checks
the depth as well.
"""

from jishi.social.shares.contracts import ShareKind
from jishi.social.shares.errors import ShareKindUnknown

MAX_DEPTH = 60
"""Chains beyond this stop growing: the link is made without a parent. Nobody's attribution is that long."""


def check_kind(kind: str) -> ShareKind:
    """Return the kind of a link.

    :raises ShareKindUnknown: there is no such kind.
    """
    try:
        return ShareKind(kind)
    except ValueError:
        raise ShareKindUnknown(kind=kind) from None


def may_be_parent(*, parent_sharer_id: int | None, parent_depth: int, sharer_id: int | None) -> bool:
    """Whether somebody's new link continues the chain of the link they came by; one's own link brings
    nobody.
    """
    if parent_depth + 1 > MAX_DEPTH:
        return False
    return sharer_id is None or parent_sharer_id != sharer_id

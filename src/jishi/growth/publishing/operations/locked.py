"""A piece under its lock, the trail of its steps, and the digest of what a reviewer approved."""

import hashlib
import json
from datetime import datetime
from typing import Any

from jishi.growth.publishing import rules
from jishi.growth.publishing.errors import PieceNotFound, StepForbidden
from jishi.growth.publishing.models import Piece, Step
from jishi.growth.publishing.queries import pieces
from jishi.kernel import audit


def lock(code: str) -> Piece:
    """The row of a piece, held until the transaction ends.

    :raises PieceNotFound: there is none.
    """
    row = Piece.objects.select_for_update().filter(code=code[:12]).first()
    if row is None:
        raise PieceNotFound
    return row


def move_to(row: Piece, state: str, **values: Any) -> None:
    """Put a locked piece into another state.

    :raises StepForbidden: it does not go from here to there.
    """
    if not rules.can_move(row.state, state):
        raise StepForbidden(state=row.state)
    put(row, state=state, **values)


def put(row: Piece, **values: Any) -> None:
    """Write columns of a locked piece."""
    Piece.objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)


def record(row: Piece, verb: str, *, by: int | None, at: datetime, words: str = "") -> None:
    """Write down what was done, for the page and for the trail."""
    Step.objects.create(piece=row, verb=verb, by_id=by, words=words[:500], at=at)
    if by is not None:
        audit.record(actor_id=by, action=f"publishing.{verb}", subject=f"piece:{row.code}")


def digest(row: Piece) -> str:
    """What readers would see of a piece, as one value: text, pictures with their words, products, author."""
    draft, pictures = pieces.load(row)
    shown = [[one.code, one.alt] for one in pictures]
    content = json.dumps([rules.content_of(draft), shown], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()

"""What is due becomes a note, exactly once.

The piece is locked, the note is saved and published, and the piece is marked, in one transaction: a worker
that dies leaves nothing. The note's own key (`piece:<code>`) is the permanent second lock: even a piece that
was put back by hand would find its old note.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from jishi.growth.publishing import rules
from jishi.growth.publishing.contracts import AssetView, PieceDraft, State
from jishi.growth.publishing.models import Piece
from jishi.growth.publishing.operations import locked
from jishi.growth.publishing.queries import checking, pieces
from jishi.kernel import clock
from jishi.kernel.errors import N_, DomainError, Unavailable, fill
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft, PinDraft

AT_ONCE = 20
Reason = tuple[str, dict[str, Any]]
CHANGED = N_("It was changed after the review.")


def publish_due(at: datetime) -> int:
    """Publish pieces whose moment has come; returns how many were looked at. What may not go out is held."""
    done = 0
    due = Piece.objects.filter(state=State.SCHEDULED, due_at__lte=at).order_by("due_at", "pk")
    for key in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            free = Piece.objects.select_for_update(skip_locked=True, of=("self",))
            row = free.filter(pk=key, state=State.SCHEDULED, due_at__lte=at).first()
            if row is None:
                continue
            done += _go_out(row, at)
    return done


def note_published(*, note_code: str, at: datetime | None = None) -> bool:
    """Mark a piece whose note the moderators let through; returns whether there was one."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = Piece.objects.select_for_update().filter(note_code=note_code, state=State.WAITING).first()
        if row is None:
            return False
        locked.move_to(row, State.PUBLISHED, published_at=now, trouble="")
        locked.record(row, "published", by=None, at=now)
    return True


def _go_out(row: Piece, at: datetime) -> int:
    reasons: list[Reason] = [(one.message, dict(one.params)) for one in checking.stop_at(row, at=at)]
    if row.approved_digest != locked.digest(row):
        reasons.append((CHANGED, {}))
    if reasons:
        _hold(row, reasons, at)
        return 1
    try:
        with transaction.atomic():
            state = _publish(row, at)
    except Unavailable:
        # A limit of the hour: the next round tries again, nothing is lost.
        return 0
    except DomainError as error:
        _hold(row, [(error.message, {name: str(value) for name, value in error.fields.items()})], at)
        return 1
    after = State.PUBLISHED if state == "published" else State.WAITING
    published_at = at if after == State.PUBLISHED else None
    locked.move_to(row, after, note_code=row.note_code, published_at=published_at, trouble="", reasons=[])
    locked.record(row, str(after), by=None, at=at)
    return 1


def _publish(row: Piece, at: datetime) -> str:
    draft, shown = pieces.load(row)
    assert row.author_id is not None, "the check looked for an author"
    code = notes.save(author_id=row.author_id, draft=_note(draft, shown), key=f"piece:{row.code}", at=at)
    row.note_code = code
    return notes.publish(author_id=row.author_id, code=code, at=at)


def _note(draft: PieceDraft, shown: tuple[AssetView, ...]) -> NoteDraft:
    credit = rules.credit_line(shown, draft.language)
    return NoteDraft(
        title=draft.headline,
        text="\n\n".join(part for part in (draft.text, credit) if part),
        form=draft.form,
        language=draft.language,
        is_sponsored=bool(draft.sponsor),
        sponsor=draft.sponsor,
        # The picture that stands before the film is the cover of the note.
        pictures=tuple(dict(one.kept) for one in sorted(shown, key=lambda one: one.film is None)),
        video=next((dict(one.film.kept) for one in shown if one.film is not None), None),
        pins=tuple(PinDraft(product_id=ware) for ware in pieces.product_ids(draft.products)),
    )


def _hold(row: Piece, reasons: list[Reason], at: datetime) -> None:
    why = " ".join(fill(message, params) for message, params in reasons)
    locked.move_to(row, State.HELD, trouble=why[:500], reasons=reasons)
    locked.record(row, "held", by=None, at=at, words=why)

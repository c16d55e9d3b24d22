"""Writing pieces and taking them along their way: idea, brief, draft, review, scheduled.

Who wrote on a piece never approves it; what is approved is a digest of everything readers will see, so a
later change needs a new review. Moving a piece in the calendar changes no words and needs none.
"""

from datetime import datetime

from django.db import transaction

from jishi.growth.publishing import checks, rules
from jishi.growth.publishing.contracts import Lane, PieceDraft, State
from jishi.growth.publishing.errors import (
    AssetNotFound,
    ChangedMeanwhile,
    CheckStops,
    MomentPast,
    PieceInvalid,
    SecondPersonNeeded,
    StepForbidden,
)
from jishi.growth.publishing.models import Asset, Piece, PiecePicture, PieceProduct, Step
from jishi.growth.publishing.operations import locked
from jishi.growth.publishing.queries import checking, pieces
from jishi.kernel import clock, limits
from jishi.people.accounts import queries as people
from jishi.social.notes import queries as notes

SAVES_PER_HOUR = 300
COLUMNS = (
    "title", "lane", "need", "brief", "audience", "source", "headline", "text", "form", "language", "sponsor",
    "author_id",
)  # fmt: skip
WROTE = ("create", "write")
OPEN = (State.IDEA, State.BRIEF, State.DRAFT)


def create(
    *, draft: PieceDraft, by: int, state: str = State.IDEA, key: str | None = None, at: datetime | None = None
) -> str:
    """Put a piece into the plan and return its code; the same key gives the same piece again.

    :raises PieceInvalid: a field has a value it cannot have.
    :raises MomentPast: its moment is over.
    :raises RateLimited: too many saves in an hour.
    """
    now, clean = clock.at_or_now(at), _checked(draft)
    limits.hit(bucket="publishing.save", key=str(by), limit=SAVES_PER_HOUR, window_s=3600)
    if state not in OPEN:
        raise PieceInvalid(field="state")
    _check_moment(clean.due_at, now)
    with transaction.atomic():
        row = Piece(state=state, writer_id=by, created_at=now, due_at=clean.due_at)
        row.client_key = f"{by}:{key}"[:64] if key else None
        _set(row, clean)
        Piece.objects.bulk_create([row], ignore_conflicts=key is not None)
        kept = Piece.objects.filter(client_key=row.client_key).first() if key else None
        if kept is not None and kept.code != row.code:
            return kept.code
        row = locked.lock(row.code)
        _hang(row, clean)
        locked.record(row, "create", by=by, at=now)
    return row.code


def edit(
    *, code: str, draft: PieceDraft, by: int, revision: int | None = None, at: datetime | None = None
) -> None:
    """Change a piece. What was approved and reads differently now goes back to being a draft.

    :raises PieceNotFound: there is none.
    :raises PieceInvalid: a field has a value it cannot have.
    :raises StepForbidden: it is published, with the moderators, or dropped.
    :raises ChangedMeanwhile: somebody saved it since `revision`.
    :raises RateLimited: too many saves in an hour.
    """
    now, clean = clock.at_or_now(at), _checked(draft)
    limits.hit(bucket="publishing.save", key=str(by), limit=SAVES_PER_HOUR, window_s=3600)
    with transaction.atomic():
        row = locked.lock(code)
        if row.state not in rules.EDITABLE:
            raise StepForbidden(state=row.state)
        if revision is not None and revision != row.revision:
            raise ChangedMeanwhile
        before = locked.digest(row)
        _set(row, clean)
        row.revision += 1
        row.writer_id = row.writer_id or by
        row.save(update_fields=[*COLUMNS, "revision", "writer"])
        _hang(row, clean)
        if locked.digest(row) != before:
            locked.record(row, "write", by=by, at=now)
            if row.state in (State.REVIEW, State.SCHEDULED, State.HELD):
                locked.move_to(row, State.DRAFT, **_unapproved())
        else:
            locked.record(row, "note", by=by, at=now)


def move(*, code: str, due_at: datetime | None, by: int, lane: str = "", at: datetime | None = None) -> None:
    """Put a piece on another moment of the calendar, or take it off, or into another lane; again changes
    nothing.

    :raises PieceNotFound: there is none.
    :raises PieceInvalid: there is no such lane.
    :raises MomentPast: the moment is over.
    :raises StepForbidden: it is out already, or it is scheduled and would have no moment.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.lock(code)
        lane = lane or row.lane
        if row.due_at == due_at and row.lane == lane:
            return
        if lane not in tuple(Lane):
            raise PieceInvalid(field="lane")
        if row.due_at != due_at:
            _check_moment(due_at, now)
        if row.state not in rules.MOVABLE or (due_at is None and row.state in (State.SCHEDULED, State.HELD)):
            raise StepForbidden(state=row.state)
        locked.put(row, due_at=due_at, lane=lane)
        locked.record(row, "move", by=by, at=now, words=due_at.isoformat() if due_at else "")


def set_state(*, code: str, state: str, by: int, at: datetime | None = None) -> None:
    """Take a piece from idea to brief to draft and back, or bring back a dropped one as an idea.

    :raises PieceNotFound: there is none.
    :raises StepForbidden: it does not go from where it is to there.
    """
    with transaction.atomic():
        row = locked.lock(code)
        if row.state == state:
            return
        if state not in OPEN:
            raise StepForbidden(state=row.state)
        locked.move_to(row, state, **_unapproved())
        locked.record(row, state, by=by, at=clock.at_or_now(at))


def ask_review(*, code: str, by: int, at: datetime | None = None) -> None:
    """Hand a draft to a second person; again changes nothing.

    :raises PieceNotFound: there is none.
    :raises StepForbidden: it is no draft.
    :raises CheckStops: the check found what forbids publishing.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.lock(code)
        if row.state == State.REVIEW:
            return
        _must_pass(row, now)
        locked.move_to(row, State.REVIEW, **_unapproved())
        locked.record(row, "ask_review", by=by, at=now)


def send_back(*, code: str, by: int, words: str, at: datetime | None = None) -> None:
    """Give a piece back to its writer, saying why.

    :raises PieceNotFound: there is none.
    :raises PieceInvalid: no reason is given.
    :raises StepForbidden: it is not in review, nor waiting for its moment.
    """
    said = rules.clean(words)[:500]
    if not said:
        raise PieceInvalid(field="words")
    with transaction.atomic():
        row = locked.lock(code)
        if row.state not in (State.REVIEW, State.SCHEDULED, State.HELD):
            raise StepForbidden(state=row.state)
        locked.move_to(row, State.DRAFT, **_unapproved())
        locked.record(row, "send_back", by=by, at=clock.at_or_now(at), words=said)


def approve(*, code: str, by: int, words: str = "", at: datetime | None = None) -> None:
    """Let a piece be published at its moment. A held one is approved again by whoever may.

    :raises PieceNotFound: there is none.
    :raises SecondPersonNeeded: this person has written on it.
    :raises StepForbidden: it is not in review.
    :raises MomentPast: it has no moment to come.
    :raises CheckStops: the check found what forbids publishing.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.lock(code)
        if row.state not in (State.REVIEW, State.HELD):
            raise StepForbidden(state=row.state)
        if by == row.writer_id or Step.objects.filter(piece=row, verb__in=WROTE, by_id=by).exists():
            raise SecondPersonNeeded
        if row.due_at is None or row.due_at <= now:
            raise MomentPast
        _must_pass(row, now)
        values = {"is_approved": True, "reviewer_id": by, "approved_digest": locked.digest(row)}
        locked.move_to(row, State.SCHEDULED, trouble="", reasons=[], **values)
        locked.record(row, "approve", by=by, at=now, words=rules.clean(words))


def drop(*, code: str, by: int, at: datetime | None = None) -> None:
    """Take a piece out of the plan; it stays findable, and can come back as an idea.

    :raises PieceNotFound: there is none.
    :raises StepForbidden: it is out already.
    """
    with transaction.atomic():
        row = locked.lock(code)
        if row.state == State.DROPPED:
            return
        locked.move_to(row, State.DROPPED, **_unapproved())
        locked.record(row, "drop", by=by, at=clock.at_or_now(at))


def _checked(draft: PieceDraft) -> PieceDraft:
    clean = rules.tidy(draft)
    if field := rules.fault(clean, [form for form, _ in notes.list_forms()]):
        raise PieceInvalid(field=field)
    if clean.author_id is not None and not people.is_operator(clean.author_id):
        raise PieceInvalid(field="author")
    return clean


def _check_moment(due_at: datetime | None, now: datetime) -> None:
    if due_at is not None and due_at <= now:
        raise MomentPast


def _must_pass(row: Piece, now: datetime) -> None:
    whole = pieces.get_piece(row.code, with_steps=False)
    found = checks.stops(checking.check(whole, at=now))
    if found:
        raise CheckStops(reason=found[0].message, about=found[0].about)


def _set(row: Piece, draft: PieceDraft) -> None:
    for name in COLUMNS:
        setattr(row, name, getattr(draft, name))


def _hang(row: Piece, draft: PieceDraft) -> None:
    """Pictures and products of a locked piece, as the draft has them."""
    found = {one.code: one for one in Asset.objects.filter(code__in=draft.pictures)}
    if len(found) < len(draft.pictures):
        raise AssetNotFound
    wares = pieces.product_ids(draft.products)
    if len(wares) < len(draft.products):
        raise PieceInvalid(field="products")
    PiecePicture.objects.filter(piece=row).delete()
    PiecePicture.objects.bulk_create(
        PiecePicture(piece=row, asset=found[code], position=place)
        for place, code in enumerate(draft.pictures)
    )
    PieceProduct.objects.filter(piece=row).delete()
    PieceProduct.objects.bulk_create(
        PieceProduct(piece=row, product_id=ware, position=place) for place, ware in enumerate(wares)
    )


def _unapproved() -> dict[str, object]:
    return {"is_approved": False, "reviewer_id": None, "approved_digest": "", "trouble": "", "reasons": []}

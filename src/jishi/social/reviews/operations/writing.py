"""Writing reviews: once per line of an order, changed for a while, followed up once, taken away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from jishi.kernel import clock, limits, outbox
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews import contracts, errors, ports, rules
from jishi.social.reviews.contracts import BoughtLine, ReviewDraft
from jishi.social.reviews.events import ReviewPublished
from jishi.social.reviews.models import Request, Review, Revision
from jishi.social.reviews.operations import checks, ratings, scoring
from jishi.social.reviews.queries.bought import list_lines
from jishi.social.reviews.queries.ratings import list_aspects

REVIEWS_PER_HOUR = 40


def publish(
    *, author_id: int, order_code: str, position: int, draft: ReviewDraft, at: datetime | None = None
) -> str:
    """Review one line of one's order; returns the review's code.

    :raises LineNotFound: not bought, not received yet, or on its way back.
    :raises ReviewedAlready: the line has its review.
    :raises StarsInvalid: not from one to five stars.
    :raises TooLong: the text, or too many pictures.
    :raises AspectUnknown: goods of this kind are not judged by that.
    :raises ContentRefused: a guard refuses it.
    :raises RateLimited: too many reviews in an hour.
    """
    now = clock.at_or_now(at)
    mine = list_lines(author_id, order_code=order_code, at=now)
    line = next((one for one in mine if one.position == position), None)
    if line is None:
        raise errors.LineNotFound
    if line.review_code:
        raise errors.ReviewedAlready
    checks.not_suspended(author_id)
    limits.hit(bucket="reviews.publish", key=str(author_id), limit=REVIEWS_PER_HOUR, window_s=3600)
    fields = _fields(draft, line.product_id)
    state, reason = _judged(author_id, fields, line.product_code, now)
    believed = _scored(line, fields, now)
    row = Review(
        line_id=line.line_id,
        order_code=line.order_code,
        author_id=author_id,
        product_id=line.product_id,
        shop_id=line.shop_id,
        **fields,
        state=state,
        reason=reason,
        simhash=believed.simhash,
        authenticity_bps=believed.bps,
        reasons=believed.codes,
        received_at=line.received_at,
        created_at=max(now, line.received_at),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            closed = {"ask_due_at": None, "silent_due_at": None, "is_silent": False}
            Request.objects.filter(line_id=line.line_id).update(
                **closed, closed_at=now, close_reason="reviewed"
            )
            if believed.is_burst:
                scoring.doubt_burst(line.product_id, at=now)
            show(row, now)
    except IntegrityError:
        raise errors.ReviewedAlready from None
    return row.code


def edit(*, author_id: int, code: str, draft: ReviewDraft, at: datetime | None = None) -> None:
    """Change one's review within thirty days; what it said before can be read by everybody.

    :raises ReviewNotFound: there is none.
    :raises NotTheAuthor: it is somebody else's.
    :raises EditOver: too late, or it is out of sight.
    :raises StarsInvalid, TooLong, AspectUnknown, ContentRefused: as for a new one.
    """
    now = clock.at_or_now(at)
    seen = _own(code, author_id)
    checks.not_suspended(author_id)
    fields = _fields(draft, seen.product_id, before=seen.pictures)
    state, reason = _judged(author_id, fields, seen.code, now)
    subject = ports.Subject(author_id, seen.product_id, seen.shop_id, seen.order_code)
    believed = scoring.score(
        subject,
        text=fields["text"],
        picture_count=len(fields["pictures"]),
        received_at=seen.received_at,
        written_at=seen.created_at,
        at=now,
        code=seen.code,
        followed_up=seen.follow_up_state == ContentState.PUBLISHED,
    )
    with transaction.atomic():
        row = locked(code)
        if row.state != ContentState.PUBLISHED or not rules.may_edit(row.created_at, now):
            raise errors.EditOver(days=rules.EDIT_FOR.days)
        if all(getattr(row, name) == value for name, value in fields.items()):
            return
        _remember(row, now)
        for name, value in fields.items():
            setattr(row, name, value)
        row.state, row.reason, row.edited_at = state, reason, now
        row.simhash, row.authenticity_bps, row.reasons = believed.simhash, believed.bps, believed.codes
        row.save()
        ratings.mark_due([row.product_id], now)


def follow_up(
    *,
    author_id: int,
    code: str,
    text: str,
    pictures: tuple[Mapping[str, Any], ...] = (),
    at: datetime | None = None,
) -> None:
    """Say once, within half a year of receiving, how it was after use.

    :raises ReviewNotFound: there is none.
    :raises NotTheAuthor: it is somebody else's.
    :raises FollowUpOver: written already, too early or too late, or the review is out of sight.
    :raises WordsMissing: no words.
    :raises TooLong: too many words or pictures.
    :raises ContentRefused: a guard refuses it.
    """
    now = clock.at_or_now(at)
    seen = _own(code, author_id)
    checks.not_suspended(author_id)
    kept = checks.words(text, limit=contracts.MAX_TEXT)
    shown = checks.pictures(pictures)
    digests = [one["digest"] for one in shown]
    state, _ = checks.judged("review", author_id, kept, at=now, context=seen.code, digests=digests)
    with transaction.atomic():
        row = locked(code)
        early = now < row.created_at + rules.AGAIN_AFTER
        late = not rules.may_follow_up(row.received_at, now)
        if row.state != ContentState.PUBLISHED or row.followed_up_at is not None or early or late:
            raise errors.FollowUpOver(days=rules.FOLLOW_UP_FOR.days)
        row.follow_up, row.follow_up_pictures = kept, shown
        row.follow_up_state, row.followed_up_at = state, now
        count_follow_up(row)
        row.save()
        ratings.mark_due([row.product_id], now)


def remove(*, author_id: int, code: str, at: datetime | None = None) -> None:
    """Take one's review away. The line keeps its place: nobody reviews the same purchase twice.

    :raises ReviewNotFound: there is none.
    :raises NotTheAuthor: it is somebody else's.
    """
    now = clock.at_or_now(at)
    _own(code, author_id)
    with transaction.atomic():
        row = locked(code)
        row.state = ContentState.REMOVED
        row.save(update_fields=["state"])
        ratings.mark_due([row.product_id], now)


def locked(code: str) -> Review:
    """A review under its row lock.

    :raises ReviewNotFound: there is none.
    """
    row = Review.objects.select_for_update(no_key=True).filter(code=code[:12]).first()
    if row is None:
        raise errors.ReviewNotFound
    return row


def show(row: Review, at: datetime) -> None:
    """Tell that a review can be read, the first time it can; joins the caller's transaction."""
    if row.state != ContentState.PUBLISHED:
        return
    ratings.mark_due([row.product_id], at)
    if row.published_at is not None:
        return
    row.published_at = at
    row.save(update_fields=["published_at"])
    outbox.publish(
        ReviewPublished(
            code=row.code,
            author_id=row.author_id,
            product_id=row.product_id,
            shop_id=row.shop_id,
            order_code=row.order_code,
            at=at,
        )
    )


def count_follow_up(row: Review) -> None:
    """Coming back after use speaks for a review, once it can be read."""
    if row.follow_up_state == ContentState.PUBLISHED and "followed_up" not in row.reasons:
        row.reasons = [*row.reasons, "followed_up"]
        points = rules.REASONS["followed_up"][0]
        row.authenticity_bps = min(rules.MOST_BPS, row.authenticity_bps + points)


def _own(code: str, author_id: int) -> Review:
    row = Review.objects.filter(code=code[:12]).exclude(state=ContentState.REMOVED).first()
    if row is None:
        raise errors.ReviewNotFound
    if row.author_id != author_id:
        raise errors.NotTheAuthor if row.state == ContentState.PUBLISHED else errors.ReviewNotFound
    return row


def _fields(
    draft: ReviewDraft, product_id: int, before: list[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    kept = draft.pictures if draft.pictures is not None else before or ()
    return {
        "stars": checks.stars(draft.stars),
        "text": checks.words(draft.text, limit=contracts.MAX_TEXT, required=False),
        "aspects": checks.aspects(draft.aspects, list_aspects(product_id)) if draft.aspects else {},
        "pictures": checks.pictures(kept),
        "is_anonymous": draft.is_anonymous,
        "language": draft.language[:8],
    }


def _judged(author_id: int, fields: dict[str, Any], context: str, now: datetime) -> tuple[ContentState, str]:
    digests = [one["digest"] for one in fields["pictures"]]
    return checks.judged("review", author_id, fields["text"], at=now, context=context, digests=digests)


def _scored(line: BoughtLine, fields: dict[str, Any], now: datetime) -> scoring.Score:
    return scoring.score(
        ports.Subject(line.buyer_id, line.product_id, line.shop_id, line.order_code),
        text=fields["text"],
        picture_count=len(fields["pictures"]),
        received_at=line.received_at,
        written_at=now,
        at=now,
    )


def _remember(row: Review, now: datetime) -> None:
    Revision.objects.create(
        review=row,
        number=row.revisions.count() + 1,
        stars=row.stars,
        text=row.text,
        aspects=row.aspects,
        picture_count=len(row.pictures),
        replaced_at=now,
    )

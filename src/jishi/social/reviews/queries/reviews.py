"""Reading reviews as one viewer sees them: friends first, nobody who was blocked, unnamed where asked for."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When

from jishi.goods.merchants import queries as merchants
from jishi.kernel import clock, media
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import PersonCard
from jishi.social.graph import queries as graph
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews import rules
from jishi.social.reviews.contracts import (
    FILTERS,
    SORTS,
    ContentRef,
    FollowUp,
    ReviewView,
    RevisionView,
    ShopReply,
)
from jishi.social.reviews.errors import NotTheAuthor, ReviewNotFound, SortUnknown
from jishi.social.reviews.models import Review, Vote
from jishi.social.reviews.queries.names import names_of

MAX_PAGE = 50
_ORDERS: dict[str, tuple[tuple[str, bool], ...]] = {
    "helpful": (("friend", False), ("helpful_count", False), ("authenticity_bps", False), ("id", False)),
    "newest": (("id", False),),
    "lowest": (("stars", True), ("id", False)),
}
_TITLES = """
SELECT l.id, l.title, l.options, p.code FROM orders_orderline l JOIN catalog_product p ON p.id = l.product_id
WHERE l.id = ANY(%s)
"""


def get_review(code: str, *, viewer_id: int | None, at: datetime | None = None) -> ReviewView:
    """One review; its author and the shop's staff see it in states in which nobody else does.

    :raises ReviewNotFound: there is none for this viewer.
    """
    row = Review.objects.filter(code=code[:12]).first()
    if row is None or row.state == ContentState.REMOVED:
        raise ReviewNotFound
    if row.author_id != viewer_id and (
        row.state != ContentState.PUBLISHED or row.author_id in graph.hidden_ids(viewer_id)
    ):
        raise ReviewNotFound
    return _views([row], viewer_id, at)[0]


def page_reviews(
    *,
    product_id: int,
    viewer_id: int | None,
    sort: str = "helpful",
    only: str = "all",
    stars: int | None = None,
    cursor: str | None = None,
    limit: int = 10,
    at: datetime | None = None,
) -> Page[ReviewView]:
    """Reviews of a product. `helpful` puts those of friends first, then what others found helpful.

    :raises SortUnknown: no such order or filter.
    :raises BadCursor: the cursor was not made here.
    """
    if sort not in SORTS or only not in FILTERS:
        raise SortUnknown
    rows = Review.objects.filter(product_id=product_id, state=ContentState.PUBLISHED)
    friends = graph.list_friend_ids(viewer_id) if viewer_id else []
    rows = _filtered(rows, only, stars, friends).exclude(author_id__in=graph.hidden_ids(viewer_id))
    is_friend = Q(author_id__in=friends, is_anonymous=False)
    rows = rows.annotate(
        friend=Case(When(is_friend, then=Value(True)), default=Value(False), output_field=BooleanField())
    )
    page, next_cursor = _cut(rows, _ORDERS[sort], cursor, limit)
    return Page(_views(page, viewer_id, at, friends=frozenset(friends)), next_cursor)


def page_of_author(
    author_id: int, *, cursor: str | None = None, limit: int = 20, at: datetime | None = None
) -> Page[ReviewView]:
    """One's own reviews in every state, newest first."""
    rows = Review.objects.filter(author_id=author_id).exclude(state=ContentState.REMOVED)
    page, next_cursor = _cut(rows, _ORDERS["newest"], cursor, limit)
    return Page(_views(page, author_id, at), next_cursor)


def page_of_shop(
    shop_id: int,
    *,
    viewer_id: int,
    unanswered: bool = False,
    low: bool = False,
    cursor: str | None = None,
    limit: int = 20,
    at: datetime | None = None,
) -> Page[ReviewView]:
    """Reviews of a shop's goods for its staff. The caller has checked that the viewer is one of them."""
    rows = Review.objects.filter(shop_id=shop_id, state=ContentState.PUBLISHED)
    if unanswered:
        rows = rows.filter(replied_at__isnull=True)
    if low:
        rows = rows.filter(stars__lte=3)
    page, next_cursor = _cut(rows, _ORDERS["newest"], cursor, limit)
    return Page(_views(page, viewer_id, at), next_cursor)


def count_unanswered(shop_id: int) -> int:
    """How many reviews of a shop's goods it has not answered."""
    return Review.objects.filter(shop_id=shop_id, state="published", replied_at__isnull=True).count()


def list_revisions(code: str, *, viewer_id: int | None) -> list[RevisionView]:
    """How a review that one can see read before its edits, the latest first.

    :raises ReviewNotFound: there is none for this viewer.
    """
    get_review(code, viewer_id=viewer_id)
    row = Review.objects.get(code=code[:12])
    return [
        RevisionView(one.number, one.stars, one.text, one.picture_count, one.replaced_at)
        for one in row.revisions.order_by("-number")
    ]


def get_own(code: str, *, author_id: int, at: datetime | None = None) -> ReviewView:
    """One's own review, for its form.

    :raises ReviewNotFound: there is none.
    :raises NotTheAuthor: it is somebody else's.
    """
    found = get_review(code, viewer_id=author_id, at=at)
    if not found.is_own:
        raise NotTheAuthor
    return found


def find_shop_id(code: str) -> int | None:
    """Which shop a review in sight is about."""
    rows = Review.objects.filter(code=code[:12], state="published")
    return rows.values_list("shop_id", flat=True).first()


def find_content(code: str) -> ContentRef | None:
    """A review in whatever state, for moderators. The caller has checked that they are one."""
    row = Review.objects.filter(code=code[:12]).first()
    if row is None:
        return None
    (_, title, _, product_code) = _titles([row.line_id])[row.line_id]
    text = "\n\n".join(part for part in (row.text, row.follow_up) if part)
    state = row.state
    if state == ContentState.PUBLISHED and row.follow_up_state == ContentState.IN_REVIEW:
        state = ContentState.IN_REVIEW
    pictures = [*row.pictures, *row.follow_up_pictures]
    return ContentRef(
        kind="review",
        code=row.code,
        author_id=row.author_id,
        state=state,
        title=title,
        text=text,
        url=f"/p/{product_code}/reviews/?review={row.code}",
        picture_urls=tuple(media.view(one).url for one in pictures),
    )


def list_held(*, limit: int) -> list[str]:
    """Codes of reviews that wait for review, themselves or their follow-up, the oldest first."""
    held = Q(state="in_review") | Q(follow_up_state="in_review", state="published")
    return list(Review.objects.filter(held).order_by("pk").values_list("code", flat=True)[:limit])


def _filtered(rows: QuerySet[Review], only: str, stars: int | None, friends: list[int]) -> QuerySet[Review]:
    if only == "photos":
        rows = rows.exclude(pictures=[])
    elif only == "follow_up":
        rows = rows.filter(follow_up_state=ContentState.PUBLISHED)
    elif only == "friends":
        rows = rows.filter(author_id__in=friends, is_anonymous=False)
    return rows.filter(stars=stars) if stars else rows


def _cut(
    rows: QuerySet[Review], keys: tuple[tuple[str, bool], ...], cursor: str | None, limit: int
) -> tuple[list[Review], str | None]:
    """One page after a cursor over (key, rising?) pairs, and the next cursor."""
    limit = max(1, min(limit, MAX_PAGE))
    if cursor:
        values = decode_cursor(cursor)
        after, same = Q(pk__in=[]), Q()
        for (name, rises), value in zip(keys, values, strict=False):
            after |= same & (Q(**{f"{name}__gt": value}) if rises else Q(**{f"{name}__lt": value}))
            same &= Q(**{name: value})
        rows = rows.filter(after)
    order = [F(name).asc() if rises else F(name).desc() for name, rises in keys]
    found = list(rows.order_by(*order)[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], encode_cursor(*[getattr(last, name) for name, _ in keys])


def _titles(line_ids: Iterable[int]) -> dict[int, tuple[int, str, list[str], str]]:
    with connection.cursor() as cursor:
        cursor.execute(_TITLES, [sorted(set(line_ids))])
        return {
            row[0]: (row[0], row[1], json.loads(row[2]) if isinstance(row[2], str) else row[2], row[3])
            for row in cursor.fetchall()
        }


def _views(
    rows: list[Review], viewer_id: int | None, at: datetime | None, *, friends: frozenset[int] = frozenset()
) -> list[ReviewView]:
    if not rows:
        return []
    ids = {row.author_id for row in rows}
    voted: set[int] = set()
    shops: set[int] = set()
    if viewer_id is not None:
        votes = Vote.objects.filter(review__in=rows, person_id=viewer_id)
        voted = set(votes.values_list("review_id", flat=True))
        shops = set(merchants.shops_of(viewer_id))
    cards = people.list_people(ids)
    known: dict[str, Any] = {
        "cards": cards,
        "names": names_of(viewer_id, cards),
        "titles": _titles(row.line_id for row in rows),
        "voted": voted,
        "shops": shops,
        "friends": friends,
    }
    return [_view(row, viewer_id, clock.at_or_now(at), known) for row in rows]


def _view(row: Review, viewer_id: int | None, now: datetime, known: dict[str, Any]) -> ReviewView:
    _, title, options, product_code = known["titles"][row.line_id]
    card: PersonCard = known["cards"][row.author_id]
    is_own = row.author_id == viewer_id
    unnamed = row.is_anonymous and not is_own
    is_shown = row.state == ContentState.PUBLISHED
    return ReviewView(
        code=row.code,
        product_id=row.product_id,
        product_code=product_code,
        product_title=title,
        options=tuple(options),
        author=None if unnamed else card,
        author_name=rules.masked(card.nickname) if unnamed else known["names"][row.author_id],
        is_friend=row.author_id in known["friends"] and not row.is_anonymous,
        is_own=is_own,
        is_anonymous=row.is_anonymous,
        stars=row.stars,
        text=row.text,
        aspects=row.aspects,
        pictures=tuple(media.view(one) for one in row.pictures),
        state=row.state,
        reason=row.reason if is_own else "",
        reason_note=row.reason_note if is_own else "",
        helpful_count=row.helpful_count,
        has_voted=row.pk in known["voted"],
        follow_up=_follow_up(row, is_own),
        reply=ShopReply(row.reply, row.replied_at, row.reply_edited_at is not None)
        if row.replied_at
        else None,
        authenticity_bps=row.authenticity_bps,
        reasons=rules.explain(row.reasons),
        received_at=row.received_at,
        created_at=row.created_at,
        edited_at=row.edited_at,
        order_code=row.order_code if is_own else "",
        may_edit=is_own and is_shown and rules.may_edit(row.created_at, now),
        may_follow_up=is_own
        and is_shown
        and row.followed_up_at is None
        and now >= row.created_at + rules.AGAIN_AFTER
        and rules.may_follow_up(row.received_at, now),
        may_vote=viewer_id is not None and is_shown and not is_own and row.shop_id not in known["shops"],
    )


def _follow_up(row: Review, is_own: bool) -> FollowUp | None:
    if row.followed_up_at is None or not (is_own or row.follow_up_state == ContentState.PUBLISHED):
        return None
    return FollowUp(
        text=row.follow_up,
        pictures=tuple(media.view(one) for one in row.follow_up_pictures),
        days=(row.followed_up_at - row.received_at).days,
        state=row.follow_up_state,
    )

"""Links are made, opened and bought through. Repeating any of it leaves one row."""

from datetime import datetime

from django.db import connection, transaction

from jishi.kernel import clock, ids, outbox
from jishi.people.accounts import queries as account_queries
from jishi.social.shares import queries, rules
from jishi.social.shares.contracts import ShareTarget, ShareView
from jishi.social.shares.events import ShareOrdered, ShareVisited
from jishi.social.shares.models import ShareLink

_VISIT = """
INSERT INTO shares_sharevisit (link_id, visitor, person_id, first_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (link_id, visitor) DO NOTHING
"""
_ORDER = """
INSERT INTO shares_shareorder (link_id, order_code, buyer_id, amount_minor, currency, paid_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (order_code) DO NOTHING
"""


def create_link(
    *,
    sharer_id: int | None,
    kind: str,
    key: str,
    via_code: str | None = None,
    channel: str = "",
    at: datetime | None = None,
) -> ShareView:
    """Return somebody's link to something, making it the first time.

    `via_code` is the link they came by themselves; it becomes the parent, unless it is their own. A code that
    does not exist is ignored: it comes from a cookie.

    :raises ShareKindUnknown: such a thing cannot be shared.
    """
    wanted = rules.check_kind(kind)
    parent = ShareLink.objects.filter(code=via_code).first() if via_code else None
    if parent is not None and not rules.may_be_parent(
        parent_sharer_id=parent.sharer_id, parent_depth=parent.depth, sharer_id=sharer_id
    ):
        parent = None
    with transaction.atomic():
        ShareLink.objects.bulk_create(
            [
                ShareLink(
                    code=ids.new_code(),
                    sharer_id=sharer_id,
                    kind=wanted,
                    key=key[:64],
                    parent=parent,
                    depth=parent.depth + 1 if parent else 0,
                    channel=channel[:16],
                    created_at=clock.at_or_now(at),
                )
            ],
            ignore_conflicts=True,
        )
        code = ShareLink.objects.values_list("code", flat=True).get(
            sharer_id=sharer_id, kind=wanted, key=key[:64], parent=parent
        )
    return queries.get_link(code)


def record_visit(
    *, code: str, visitor: str, person_id: int | None = None, at: datetime | None = None
) -> ShareTarget:
    """Note that a visitor opened a link, once per visitor, and return where it leads. One's own link is no
    visit.

    :raises ShareNotFound: no such link.
    """
    now = clock.at_or_now(at)
    link = queries.get_link(code)
    is_own = person_id is not None and person_id == link.sharer_id
    is_first = False
    if visitor and not is_own:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_VISIT, [link.id, visitor[:64], person_id, now])
                is_first = cursor.rowcount == 1
            if is_first:
                outbox.publish(
                    ShareVisited(
                        share_code=link.code,
                        sharer_id=link.sharer_id,
                        person_id=person_id,
                        depth=link.depth,
                        at=now,
                    )
                )
    sharer = account_queries.get_person(link.sharer_id) if link.sharer_id is not None else None
    return ShareTarget(link.code, link.kind, link.key, sharer, is_first, is_own)


def record_order(
    *,
    share_code: str,
    order_code: str,
    buyer_id: int,
    amount_minor: int,
    currency: str,
    paid_at: datetime,
) -> bool:
    """Attribute a paid order to the link it came by; true if that was new. An order has one link for ever.

    Buying through one's own link brings nobody and is not attributed; neither is an unknown code.
    """
    link = ShareLink.objects.filter(code=share_code).first() if share_code else None
    if link is None or link.sharer_id == buyer_id:
        return False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ORDER, [link.pk, order_code, buyer_id, amount_minor, currency, paid_at])
            is_new = cursor.rowcount == 1
        if is_new:
            outbox.publish(
                ShareOrdered(
                    share_code=link.code,
                    sharer_id=link.sharer_id,
                    order_code=order_code,
                    amount_minor=amount_minor,
                    currency=currency,
                    depth=link.depth,
                    at=paid_at,
                )
            )
    return is_new

"""Changing something because people asked for it, telling them, and measuring what it did.

Measuring counts rows of lower domains (orders, reviews) in one statement per change, in the heavy process.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from jishi.growth.listening.contracts import MAX_TITLE, MOST_DAYS, Measure
from jishi.growth.listening.errors import ChangeNotFound, FeedbackInvalid, ThemeNotFound
from jishi.growth.listening.models import Change, Item, Theme
from jishi.growth.listening.operations.caring import locked
from jishi.kernel import clock
from jishi.people.notifications import operations as notifications

EVERY = timedelta(hours=6)
_ORDERS = "SELECT o.paid_at AS at FROM orders_order o WHERE o.paid_at IS NOT NULL"
_COUNTED = {
    Measure.THEME: (
        "SELECT i.created_at AS at FROM listening_item i JOIN listening_tag g ON g.item_id = i.id"
        " WHERE g.theme_id = %(theme)s AND NOT g.is_off",
        _ORDERS,
    ),
    Measure.LOW_RATINGS: (
        "SELECT r.published_at AS at FROM reviews_review r WHERE r.published_at IS NOT NULL AND r.stars <= 2",
        "SELECT r.published_at AS at FROM reviews_review r WHERE r.published_at IS NOT NULL",
    ),
    Measure.REFUNDS: (
        "SELECT o.closed_at AS at FROM orders_order o"
        " WHERE o.state = 'refunded' AND o.closed_at IS NOT NULL AND o.paid_at IS NOT NULL",
        _ORDERS,
    ),
}
"""What happens, and how often it could: feedback per paid order, low ratings per review, refunds."""
_SPANS = """
SELECT count(*) FILTER (WHERE at < %(made)s), count(*) FILTER (WHERE at >= %(made)s)
FROM ({rows}) counted WHERE at >= %(since)s AND at < %(until)s
"""


def make_change(
    *,
    title: str,
    what: str = "",
    measure: str = Measure.THEME,
    theme: str = "",
    item_codes: Sequence[str] = (),
    made_at: datetime | None = None,
    by: int | None = None,
    at: datetime | None = None,
) -> str:
    """Write down what was changed, and which items asked for it; returns its code.

    :raises FeedbackInvalid: no title, no such measure, or it is still to come.
    :raises ThemeNotFound: complaints are counted, and there is no such theme.
    :raises ItemNotFound: one of the items is not there.
    """
    moment, words = clock.at_or_now(at), " ".join(title.split())
    if not words or len(words) > MAX_TITLE or len(what) > 600:
        raise FeedbackInvalid(field="title")
    if measure not in tuple(Measure):
        raise FeedbackInvalid(field="measure")
    if made_at is not None and made_at > moment:
        raise FeedbackInvalid(field="made_at")
    found = Theme.objects.filter(slug=theme).first() if theme else None
    if found is None and (theme or measure == Measure.THEME):
        raise ThemeNotFound
    with transaction.atomic():
        row = Change.objects.create(
            title=words,
            what=what.strip(),
            measure=measure,
            theme=found,
            made_at=made_at or moment,
            by_id=by,
        )
        for code in sorted(set(item_codes)):
            _link(code, row)
    return row.code


def link(*, code: str, change_code: str) -> None:
    """Say that an item asked for a change.

    :raises ItemNotFound: there is no such item.
    :raises ChangeNotFound: there is no such change.
    """
    with transaction.atomic():
        row = Change.objects.filter(code=change_code).first()
        if row is None:
            raise ChangeNotFound
        _link(code, row)


def tell(*, change_code: str, at: datetime | None = None) -> int:
    """Tell everybody who asked for it that it was done, each once; returns how many there are.

    :raises ChangeNotFound: there is none.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = Change.objects.select_for_update().filter(code=change_code).first()
        if row is None:
            raise ChangeNotFound
        asked = Item.objects.filter(change=row, person__isnull=False).values_list("person_id", flat=True)
        ids = sorted({one for one in asked if one is not None})
        notifications.notify_many(
            person_ids=ids,
            kind="feedback_changed",
            params={"title": row.title},
            url="/me/feedback/",
            natural_key=f"listening:change:{row.code}",
            at=moment,
        )
        row.told_at = row.told_at or moment
        row.save(update_fields=["told_at"])
    return len(ids)


def measure_due(*, at: datetime | None = None, limit: int = 50) -> int:
    """Count before and after for changes of the last weeks. Heavy process only; returns how many."""
    moment, done = clock.at_or_now(at), 0
    stale = Q(measured_at__isnull=True) | Q(measured_at__lt=moment - EVERY)
    # Once a measurement was made after the last day of its span, it does not change any more.
    open_ = Q(measured_at__isnull=True) | Q(measured_at__lt=F("made_at") + timedelta(days=MOST_DAYS))
    while done < limit:
        with transaction.atomic():
            due = Change.objects.select_for_update(skip_locked=True, of=("self",)).filter(
                stale & open_, made_at__lte=moment - timedelta(days=1)
            )
            row = due.order_by("pk").first()
            if row is None:
                break
            row.figures, row.measured_at = _count(row, moment), moment
            row.save(update_fields=["figures", "measured_at"])
        done += 1
    return done


def _count(row: Change, at: datetime) -> dict[str, int]:
    length = min(at - row.made_at, timedelta(days=MOST_DAYS))
    params = {
        "made": row.made_at,
        "since": row.made_at - length,
        "until": row.made_at + length,
        "theme": row.theme_id,
    }
    found = []
    with connection.cursor() as cursor:
        for rows in _COUNTED[Measure(row.measure)]:
            cursor.execute(_SPANS.format(rows=rows), params)
            found.append(cursor.fetchone())
    (before, after), (before_of, after_of) = found
    return {
        "before": before,
        "before_of": before_of,
        "after": after,
        "after_of": after_of,
        "days": length.days,
    }


def _link(code: str, change: Change) -> None:
    row = locked(code)
    row.change = change
    row.save(update_fields=["change"])

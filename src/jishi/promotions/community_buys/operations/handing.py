"""Handing out at the point against the buyer's code, and what becomes of goods that nobody collects.

The code is known to the buyer alone. Whoever hands out types it in; after a few wrong ones it is locked, and
the buyer can make a new one. A wrong try is written even though the request is refused.
"""

import hmac
from datetime import datetime

import structlog
from django.db import transaction

from jishi.kernel import clock, limits, outbox
from jishi.kernel.errors import DomainError
from jishi.money.ledger import operations as ledger
from jishi.people.notifications import operations as notifications
from jishi.promotions.community_buys import queries, rules
from jishi.promotions.community_buys.contracts import CollectionState, RoundState, Unpicked
from jishi.promotions.community_buys.errors import (
    CollectionNotFound,
    NotPossibleNow,
    NotYourPoint,
    SecretLocked,
    SecretWrong,
)
from jishi.promotions.community_buys.events import CollectionEnded
from jishi.promotions.community_buys.models import MOST_TRIES, Collection, Point, Round
from jishi.promotions.community_buys.operations import arrivals, claims, locked
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders

BATCH = 200
TRIES_AN_HOUR = 120
NEW_SECRETS_A_DAY = 5

log = structlog.get_logger("community_buys")


def hand_out(*, order_code: str, secret: str, by: int, at: datetime | None = None) -> None:
    """Give an order's goods to the person who knows its code; the money leaves escrow with it.

    Doing so again changes nothing.

    :raises CollectionNotFound: nobody collects this order.
    :raises NotYourPoint: `by` neither leads the point nor stands in for who does.
    :raises NotPossibleNow: the goods are not there, or were called off.
    :raises SecretWrong: / SecretLocked: the code does not fit, or too many did not.
    :raises RateLimited: this person tried very many codes.
    """
    now = clock.at_or_now(at)
    limits.hit(bucket="community_code", key=str(by), limit=TRIES_AN_HOUR, window_s=3600)
    left = ledger.patiently(lambda: _hand_out(order_code, secret.strip(), by, now))
    if left is not None:
        raise SecretWrong(left=left) if left else SecretLocked


def renew_secret(*, order_code: str, person_id: int) -> str:
    """Make a new pick-up code for goods that are ready; the old one and its wrong tries are forgotten.

    :raises CollectionNotFound: the person collects no such order.
    :raises NotPossibleNow: the goods are not ready.
    :raises RateLimited: many codes were made today.
    """
    limits.hit(
        bucket="community_secret",
        key=f"{person_id}:{order_code}",
        limit=NEW_SECRETS_A_DAY,
        window_s=86_400,
    )
    with transaction.atomic():
        found = locked.collection(order_code)
        if found is None or found[1].person_id != person_id:
            raise CollectionNotFound
        one = found[1]
        if one.state != CollectionState.READY:
            raise NotPossibleNow
        one.secret, one.tries = arrivals.new_secret(), 0
        one.save(update_fields=["secret", "tries"])
    return one.secret


def is_responsible(point: Point, person_id: int, at: datetime) -> bool:
    """Whether somebody may hand out at a point now: its leader (even suspended ones lose that), or who
    stands in.
    """
    leader = queries.responsible(point, at)
    own = point.leader
    return (leader is not None and leader.person_id == person_id) or (
        own.person_id == person_id and own.state == "approved"
    )


def remind_due(at: datetime) -> int:
    """Tell people whose goods wait that the time to collect ends soon; a sweep."""
    rows = Collection.objects.filter(
        state=CollectionState.READY,
        reminded_at=None,
        round__pickup_until_at__lte=at + rules.REMIND_BEFORE,
        round__pickup_until_at__gt=at,
    )
    with transaction.atomic():
        due = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH])
        for one in due:
            notifications.notify(
                person_id=one.person_id,
                kind="pickup_soon",
                params={"order": one.order_code},
                url=f"/collect/{one.order_code}/",
                natural_key=f"pickup_soon:{one.order_code}",
                at=at,
            )
        Collection.objects.filter(pk__in=[one.pk for one in due]).update(reminded_at=at)
    return len(due)


def close_due(at: datetime) -> int:
    """End rounds whose time to collect is over, as their policy for unpicked goods says; a sweep."""
    rounds = Round.objects.filter(state=RoundState.COUNTED, settled_at__isnull=False, pickup_until_at__lte=at)
    ended = 0
    for code in list(rounds.order_by("pk").values_list("code", flat=True)[:BATCH]):
        waiting = Collection.objects.filter(round__code=code, state=CollectionState.READY)
        for order_code in list(waiting.order_by("pk").values_list("order_code", flat=True)[:BATCH]):
            try:
                ended += lapse(order_code, at=at)
            except DomainError as refusal:
                log.info("community_buys.not_lapsed", order=order_code, code=refusal.code)
        ended += _close(code, at)
    return ended


def lapse(order_code: str, *, at: datetime) -> bool:
    """End one order's goods that nobody collected; false when that is not due."""
    return ledger.patiently(lambda: _lapse(order_code, at))


def _hand_out(order_code: str, secret: str, by: int, at: datetime) -> int | None:
    """Do it; or return how many tries are left."""
    with transaction.atomic():
        orders.lock(order_codes=[order_code])
        found = locked.collection(order_code)
        if found is None:
            raise CollectionNotFound
        row, one = found
        if not is_responsible(claims.find_point(one.point.code), by, at):
            raise NotYourPoint
        if one.state == CollectionState.COLLECTED:
            return None
        if one.state != CollectionState.READY:
            raise NotPossibleNow
        if one.tries >= MOST_TRIES:
            return 0
        if not hmac.compare_digest(one.secret.encode(), secret.encode()):
            one.tries += 1
            one.save(update_fields=["tries"])
            return MOST_TRIES - one.tries
        one.handed_by_id = by
        _end(row, one, CollectionState.COLLECTED, by=by, at=at)
    return None


def _lapse(order_code: str, at: datetime) -> bool:
    with transaction.atomic():
        orders.lock(order_codes=[order_code])
        found = locked.collection(order_code)
        if found is None or found[1].state != CollectionState.READY or at < found[0].pickup_until_at:
            return False
        row, one = found
        if row.unpicked == Unpicked.FORFEIT:
            _end(row, one, CollectionState.FORFEITED, by=None, at=at)
            return True
        orders.refund(
            order_code=order_code,
            reason="community_unpicked",
            natural_key=f"community_unpicked:{order_code}",
            at=at,
        )
        claims.mark_refunded(row, one, at=at)
        _tell(row, one, "refunded", at)
    return True


def _end(row: Round, one: Collection, state: CollectionState, *, by: int | None, at: datetime) -> None:
    """The goods are out of the house: the order is received, and whoever shares its money gets it."""
    orders.release_hold(ref=rules.hold_ref(one.order_code), at=at)
    fulfillment.hand_over(order_code=one.order_code, by=by, at=at)
    one.state, one.ended_at, one.secret = state, at, ""
    one.save(update_fields=["state", "ended_at", "secret", "handed_by"])
    _tell(row, one, state.value, at)


def _tell(row: Round, one: Collection, outcome: str, at: datetime) -> None:
    outbox.publish(
        CollectionEnded(
            round_code=row.code,
            shop_id=row.shop_id,
            at=at,
            order_code=one.order_code,
            person_id=one.person_id,
            outcome=outcome,
        )
    )


def _close(round_code: str, at: datetime) -> bool:
    with transaction.atomic():
        row = locked.round_(round_code)
        if row.state != RoundState.COUNTED:
            return False
        if row.collections.filter(state__in=[CollectionState.PAID, CollectionState.READY]).exists():
            return False
        row.state, row.closed_at = RoundState.CLOSED, at
        row.save(update_fields=["state", "closed_at"])
    return True

"""People apply as leaders, operators decide; leaders keep points and name who stands in for them."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import audit, clock, outbox
from jishi.promotions.community_buys import rules
from jishi.promotions.community_buys.contracts import Application, LeaderState
from jishi.promotions.community_buys.errors import (
    AlreadyApplied,
    ApplicationInvalid,
    LeaderNotFound,
    NotPossibleNow,
    PointNotFound,
    ReasonMissing,
    SubstituteUnfit,
)
from jishi.promotions.community_buys.events import LeaderDecided
from jishi.promotions.community_buys.models import Leader, Point
from jishi.promotions.community_buys.operations import locked

MOST_POINTS = 10


def apply(*, person_id: int, wish: Application, at: datetime | None = None) -> str:
    """Ask to become a leader; returns the leader's code. Who was refused may ask again.

    :raises ApplicationInvalid: something is missing.
    :raises AlreadyApplied: the person is a leader, or waits for the decision.
    """
    wish, now = rules.check_application(wish), clock.at_or_now(at)
    fields = {
        "name": wish.name,
        "phone": wish.phone,
        "region": wish.region,
        "about": wish.about,
        "state": LeaderState.APPLIED,
        "reason": "",
        "applied_at": now,
        "decided_at": None,
    }
    with transaction.atomic():
        row, is_new = Leader.objects.select_for_update(no_key=True).get_or_create(
            person_id=person_id, defaults=fields
        )
        if not is_new:
            if row.state != LeaderState.REFUSED:
                raise AlreadyApplied
            Leader.objects.filter(pk=row.pk).update(**fields)
            row.points.update(is_open=False)
        _add_point(row, wish.region, wish.point_name, wish.point_line, wish.hours, now)
    return row.code


def decide(
    *, leader_code: str, state: str, by: int | None, reason: str = "", at: datetime | None = None
) -> None:
    """Approve or refuse an application, suspend a leader, or let a suspended one go on.

    Goods that wait at the points of a suspended leader are handed out by the substitute.

    :raises LeaderNotFound: there is no such leader.
    :raises ReasonMissing: a refusal or suspension says why.
    :raises NotPossibleNow: it was decided, or the leader is in another state.
    """
    wanted, now = LeaderState(state), clock.at_or_now(at)
    before = {
        LeaderState.APPROVED: (LeaderState.APPLIED, LeaderState.SUSPENDED),
        LeaderState.REFUSED: (LeaderState.APPLIED,),
        LeaderState.SUSPENDED: (LeaderState.APPROVED,),
        LeaderState.APPLIED: (),
    }[wanted]
    if wanted != LeaderState.APPROVED and not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        row = locked.leader(leader_code)
        if row.state not in before:
            raise NotPossibleNow
        row.state, row.reason, row.decided_at = wanted, reason.strip()[:200], now
        row.save(update_fields=["state", "reason", "decided_at"])
        action = f"community_buys.leader_{wanted}"
        audit.record(actor_id=by, action=action, subject=f"leader:{row.code}", detail={"reason": row.reason})
        outbox.publish(
            LeaderDecided(
                leader_code=row.code, person_id=row.person_id, state=wanted, reason=row.reason, at=now
            )
        )


def name_substitute(
    *,
    leader_code: str,
    substitute_code: str,
    until: datetime | None,
    by: int | None,
    at: datetime | None = None,
) -> None:
    """Say who hands out for a leader until a moment; an empty code ends it.

    Orders paid meanwhile count for the substitute, who also gets their commission. The caller has checked
    that `by` is the leader or an operator.

    :raises LeaderNotFound: one of them is none.
    :raises SubstituteUnfit: it is the leader, not approved, of another area, or the time is too long.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.leader(leader_code)
        if not substitute_code:
            row.substitute, row.substitute_until = None, None
        else:
            other = Leader.objects.filter(code=substitute_code).first()
            if other is None:
                raise LeaderNotFound
            fits = other.pk != row.pk and other.state == LeaderState.APPROVED and other.region == row.region
            if not fits or until is None or not now < until <= now + rules.SUBSTITUTE_LONGEST:
                raise SubstituteUnfit
            row.substitute, row.substitute_until = other, until
        row.save(update_fields=["substitute", "substitute_until"])
        audit.record(
            actor_id=by,
            action="community_buys.name_substitute",
            subject=f"leader:{row.code}",
            detail={"substitute": substitute_code},
        )


def open_point(*, person_id: int, name: str, line: str, hours: str = "", at: datetime | None = None) -> str:
    """Add a pick-up point of an approved leader; returns its code.

    :raises LeaderNotFound: the person is no leader.
    :raises NotPossibleNow: not approved, or there are many points already.
    :raises ApplicationInvalid: name or place is missing.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = Leader.objects.select_for_update(no_key=True).filter(person_id=person_id).first()
        if row is None:
            raise LeaderNotFound
        if row.state != LeaderState.APPROVED or row.points.count() >= MOST_POINTS:
            raise NotPossibleNow
        name, line = name.strip(), line.strip()
        if not (0 < len(name) <= 60 and 0 < len(line) <= 160):
            raise ApplicationInvalid
        return _add_point(row, row.region, name, line, hours.strip()[:60], now).code


def switch_point(*, person_id: int, point_code: str, is_open: bool) -> None:
    """Let a point take orders or not; goods on their way there are handed out all the same.

    :raises PointNotFound: the person has no such point.
    """
    changed = Point.objects.filter(leader__person_id=person_id, code=point_code).update(is_open=is_open)
    if not changed:
        raise PointNotFound


def _add_point(row: Leader, region: str, name: str, line: str, hours: str, at: datetime) -> Point:
    return Point.objects.create(leader=row, name=name, region=region, line=line, hours=hours, created_at=at)

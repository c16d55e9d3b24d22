"""Setting a gate, going through it, and giving back what came to nothing.

Whoever owns the subject calls these in the transaction, and under the lock, of what they write themselves. A
subject without a gate costs one look.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection, transaction

from jishi.kernel import clock
from jishi.kernel.errors import Conflict
from jishi.people.accounts import ports as accounts
from jishi.promotions.gates import models, queries
from jishi.promotions.gates.contracts import Gate
from jishi.promotions.gates.errors import (
    AddressMissing,
    AudienceNotAgreed,
    GateInvalid,
    MembersOnly,
    SoldOutToday,
    TooManyHere,
    TooManyToday,
)
from jishi.social.communities import queries as community_queries
from jishi.social.communities.contracts import AUDIENCE as MEMBERS
from jishi.trade.checkout import queries as checkout_queries

MOST = 100_000

_CLAIM = """
INSERT INTO gates_tally AS t (gate_id, part, scope, key, used, most)
SELECT %(gate)s, %(part)s, %(scope)s, %(key)s, %(units)s, %(most)s WHERE %(units)s <= %(most)s
ON CONFLICT (gate_id, part, scope, key) DO UPDATE SET used = t.used + EXCLUDED.used, most = EXCLUDED.most
WHERE t.used + EXCLUDED.used <= EXCLUDED.most
RETURNING used
"""
_RETURN = """
UPDATE gates_tally SET used = used - %(units)s
WHERE gate_id = %(gate)s AND part = %(part)s AND scope = %(scope)s AND key = %(key)s
"""
_REFUSALS: dict[str, type[Conflict]] = {
    "day": SoldOutToday,
    "household": TooManyHere,
    "person_day": TooManyToday,
}


def set_gate(
    *,
    subject: str,
    shop_id: int,
    wish: Gate,
    least: int = 1,
    is_asked: bool = True,
    at: datetime | None = None,
) -> None:
    """Put a gate before something nobody has taken of yet; a wish that keeps nobody out leaves none.

    `least` is how many units one must be able to take at a time. Without `is_asked` a community that was a
    partner once is not asked again: the gate is a copy of one that stood.

    :raises GateInvalid: a limit is out of bounds.
    :raises AudienceNotAgreed: the audience is unknown, or its community is no partner of the shop.
    """
    for most in (wish.per_household, wish.per_person_day, wish.per_day):
        if type(most) is not int or not (most == 0 or least <= most <= MOST):
            raise GateInvalid(most=MOST)
    audience = wish.audience
    if audience is not None:
        is_ours = (
            not is_asked or audience.kind != MEMBERS or community_queries.is_partner(audience.key, shop_id)
        )
        if not (accounts.is_known(audience.kind) and is_ours):
            raise AudienceNotAgreed
    if wish.stands_open:
        models.Gate.objects.filter(subject=subject).delete()
        return
    models.Gate.objects.update_or_create(
        subject=subject,
        defaults={
            "shop_id": shop_id,
            "per_household": wish.per_household,
            "per_person_day": wish.per_person_day,
            "per_day": wish.per_day,
            "audience_kind": audience.kind if audience else "",
            "audience_key": audience.key if audience else "",
            "created_at": clock.at_or_now(at),
        },
    )


def check(
    *, subject: str, wants: Mapping[str, int], person_id: int | None, household: str = "", at: datetime
) -> None:
    """Return quietly if this person may take so many units of each part now. Nothing is written.

    :raises MembersOnly: it is for an audience the person is not in.
    :raises AddressMissing: nothing says to which household they belong.
    :raises TooManyHere: / TooManyToday: / SoldOutToday: a limit would be passed.
    """
    row = models.Gate.objects.filter(subject=subject).first()
    if row is None:
        return
    _check_audience(row, person_id)
    if person_id is None:
        return
    day, home = queries.shop_day(row.shop_id, at), _home(row, person_id, household)
    used = {
        (one.part, one.scope, one.key): one.used
        for one in models.Tally.objects.filter(gate=row, part__in=list(wants))
    }
    for part, units in wants.items():
        for scope, key, most in _limits(row, person_id, home, day):
            if used.get((part, scope, key), 0) + units > most:
                raise _REFUSALS[scope](limit=most)


def take(
    *,
    subject: str,
    reference: str,
    person_id: int,
    units: int = 1,
    part: str = "",
    household: str = "",
    at: datetime,
) -> None:
    """Count units against every limit of the gate, or refuse. The same reference again counts nothing.

    :raises MembersOnly: / AddressMissing: / TooManyHere: / TooManyToday: / SoldOutToday: see `check`.
    """
    row = models.Gate.objects.filter(subject=subject).first()
    if row is None or row.takes.filter(part=part, reference=reference).exists():
        return
    _check_audience(row, person_id)
    home, day = _home(row, person_id, household), queries.shop_day(row.shop_id, at)
    one = models.Take(
        gate=row,
        part=part,
        reference=reference,
        person_id=person_id,
        household=home,
        taken_on=day,
        units=units,
    )
    with transaction.atomic():
        _claim(one)
        one.save(force_insert=True)


def take_again(*, reference: str, at: datetime) -> None:
    """What came to nothing is wanted after all, as by a late payment: count it again, as of today.

    :raises TooManyHere: / TooManyToday: / SoldOutToday: somebody else has used the limit up meanwhile.
    """
    with transaction.atomic():
        rows = models.Take.objects.select_related("gate").filter(reference=reference, is_live=False)
        for one in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
            one.taken_on, one.is_live = queries.shop_day(one.gate.shop_id, at), True
            _claim(one)
            one.save(update_fields=["taken_on", "is_live"])


def give_back(*, reference: str) -> None:
    """What this reference took came to nothing: it can be taken by others. Again changes nothing."""
    with transaction.atomic():
        rows = models.Take.objects.select_related("gate").filter(reference=reference, is_live=True)
        for one in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
            one.is_live = False
            one.save(update_fields=["is_live"])
            _move(_RETURN, one)


def _check_audience(row: models.Gate, person_id: int | None) -> None:
    audience = queries.view(row).audience
    if audience is not None and (person_id is None or not accounts.is_member(audience, person_id)):
        raise MembersOnly


def _home(row: models.Gate, person_id: int, household: str) -> str:
    """The place goods are delivered to, else the person's own address."""
    if not row.per_household:
        return ""
    home = household or checkout_queries.household_of(person_id)
    if not home:
        raise AddressMissing
    return home


def _limits(row: models.Gate, person_id: int, home: str, day: date) -> list[tuple[str, str, int]]:
    """Scope, key and limit of everything that counts, in the order in which tallies are locked."""
    found = (
        ("day", day.isoformat(), row.per_day),
        ("household", home, row.per_household),
        ("person_day", f"p{person_id}:{day.isoformat()}", row.per_person_day),
    )
    return [one for one in found if one[2]]


def _claim(one: models.Take) -> None:
    refused = _move(_CLAIM, one)
    if refused is not None:
        scope, most = refused
        raise _REFUSALS[scope](limit=most)


def _move(statement: str, one: models.Take) -> tuple[str, int] | None:
    """Run a statement for each limit; returns the first that refused to count."""
    with connection.cursor() as cursor:
        for scope, key, most in _limits(one.gate, one.person_id, one.household, one.taken_on):
            cursor.execute(
                statement,
                {
                    "gate": one.gate_id,
                    "part": one.part,
                    "scope": scope,
                    "key": key,
                    "units": one.units,
                    "most": most,
                },
            )
            if statement is _CLAIM and cursor.rowcount != 1:
                return scope, most
    return None

"""Counting against limits: one row for a person, an address or a day, changed by one guarded statement.

The statement refuses to count beyond the limit whoever calls it and in whatever order; the table's own CHECK
refuses what gets around the statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import connection

from jishi.kernel.errors import Conflict
from jishi.promotions.plays.errors import (
    HelpedAlready,
    HelpsUsedUp,
    HelpsUsedUpToday,
    SoldOutToday,
    TooMany,
    TooManyHere,
    TooManyRallies,
    TooManyTeams,
    TooManyToday,
)

Scope = Literal[
    "person", "teams", "household", "person_day", "day", "starts", "help_day", "help", "help_once"
]

_CLAIM = """
INSERT INTO plays_tally AS t (offer_id, scope, key, used, most)
SELECT %(offer)s, %(scope)s, %(key)s, %(units)s, %(most)s WHERE %(units)s <= %(most)s
ON CONFLICT (offer_id, scope, key) DO UPDATE SET used = t.used + EXCLUDED.used, most = EXCLUDED.most
WHERE t.used + EXCLUDED.used <= EXCLUDED.most
RETURNING used
"""
_RETURN = """
UPDATE plays_tally SET used = greatest(0, used - %(units)s)
WHERE offer_id = %(offer)s AND scope = %(scope)s AND key = %(key)s
"""
REFUSALS: dict[Scope, type[Conflict]] = {
    "person": TooMany,
    "teams": TooManyTeams,
    "household": TooManyHere,
    "person_day": TooManyToday,
    "day": SoldOutToday,
    "help_day": HelpsUsedUpToday,
    "help": HelpsUsedUp,
    "help_once": HelpedAlready,
    "starts": TooManyRallies,
}


@dataclass(frozen=True, slots=True, order=True)
class Want:
    """So many units of one limit. Ordered, so that two people never lock rows in opposite order."""

    scope: Scope
    key: str
    units: int
    most: int


def claim(offer_id: int, wants: Sequence[Want]) -> None:
    """Count all of these, or refuse; the caller's transaction then undoes what was counted.

    :raises TooMany: / TooManyTeams: / TooManyHere: / TooManyToday: / SoldOutToday: a limit of buying.
    :raises HelpsUsedUp: / HelpsUsedUpToday: / HelpedAlready: / TooManyRallies: a limit of helping or
    starting.
    """
    with connection.cursor() as cursor:
        for want in sorted(wants):
            cursor.execute(
                _CLAIM,
                {
                    "offer": offer_id,
                    "scope": want.scope,
                    "key": want.key,
                    "units": want.units,
                    "most": want.most,
                },
            )
            if cursor.fetchone() is None:
                raise REFUSALS[want.scope](limit=want.most)


def give_back(offer_id: int, wants: Sequence[Want]) -> None:
    """Take these off again."""
    with connection.cursor() as cursor:
        for want in sorted(wants):
            cursor.execute(
                _RETURN, {"offer": offer_id, "scope": want.scope, "key": want.key, "units": want.units}
            )

"""Where many people are, by the rule that slots follow: the place they chose, else their default address.

Invariant: who wants the same as everybody, or has not agreed to personal offers, is nowhere, and their
address is not looked at. Reads the choices of feeds, consents and default addresses in one statement.
"""

from collections.abc import Sequence

from django.db import connection

from jishi.growth.merchandising import regions
from jishi.kernel import crypto
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose

_WHERE = """
SELECT u.id, COALESCE(f.place, ''), a.region, a.country
FROM unnest(%(people)s::bigint[]) u (id)
LEFT JOIN feed_choice f ON f.person_id = u.id
LEFT JOIN accounts_address a ON a.person_id = u.id AND a.is_default
WHERE (COALESCE(f.place, '') <> '' OR a.id IS NOT NULL) AND COALESCE(f.is_personalised, true)
    AND COALESCE((SELECT c.given FROM privacy_consent c WHERE c.person_id = u.id
        AND c.purpose = 'personalisation' ORDER BY c.id DESC LIMIT 1), %(default)s)
"""


def who_lives_in(kept: Sequence[str], *, person_ids: Sequence[int]) -> list[int]:
    """Of these people those of whom we know that they live in one of these regions or their parts."""
    wanted = set(kept)
    with connection.cursor() as cursor:
        cursor.execute(
            _WHERE, {"people": list(person_ids), "default": privacy.default(Purpose.PERSONALISATION)}
        )
        rows = cursor.fetchall()
    return sorted(
        person_id
        for person_id, place, address, country in rows
        if regions.keys_of(region_of(place, address, country)) & wanted
    )


def region_of(place: str, address: str | None, country: str | None) -> str:
    """The region of a chosen place, else of a default address as it is stored; '' where neither says."""
    if place and (code := regions.find(place)):
        return code
    if not address:
        return ""
    return regions.find(crypto.decrypt(address)) if country == "CN" else regions.ABROAD

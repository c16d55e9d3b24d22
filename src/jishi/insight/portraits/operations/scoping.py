"""The temporary tables that the set-based statements read: who is asked about, and what they allow.

Consent is the newest thing a person said about analytics; who never said falls under the law's default.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from jishi.insight.portraits import assembling, sources, yardsticks
from jishi.insight.portraits.operations import measuring
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose

# Whoever left (their account is closed) has no portrait.
_SCOPE = """
INSERT INTO pp_scope (person_id, allows)
SELECT u.id, coalesce(c.given, %s) FROM accounts_user u
LEFT JOIN LATERAL (
    SELECT given FROM privacy_consent WHERE person_id = u.id AND purpose = %s ORDER BY id DESC LIMIT 1
) c ON true
WHERE u.is_active AND {which}
"""


def open_tables() -> None:
    """Create the empty temporary tables; they go with the transaction."""
    with connection.cursor() as cursor:
        # A hundred expressions take longer to compile than to compute.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for statement in sources.TABLES.split(";"):
            if statement.strip():
                cursor.execute(statement)


def enter(ids: Sequence[int] | None = None, between: tuple[int, int] | None = None) -> int:
    """Put people into the scope: these, or all with a number in the range; returns how many there are."""
    which, params = ("u.id = ANY(%s)", [list(ids or ())]) if between is None else (
        "u.id BETWEEN %s AND %s", list(between)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _SCOPE.format(which=which),
            [privacy.default(Purpose.ANALYTICS), Purpose.ANALYTICS.value, *params],
        )
        count = cursor.rowcount
        cursor.execute("ANALYZE pp_scope")
    return count


def measure(at: datetime) -> None:
    """Lay out the yardsticks in their one row."""
    limits = yardsticks.measure()
    with connection.cursor() as cursor:
        cursor.execute(
            sources.MEASURE,
            [
                at, yardsticks.today(at), str(yardsticks.ZONE), limits.currency, list(limits.recency),
                list(limits.frequency), list(limits.money), list(limits.reach),
            ],
        )  # fmt: skip
        cursor.execute("ANALYZE pp_measure")
    measuring.lay_out_middles()


def assemble() -> tuple[int, int]:
    """Make the portraits of everybody in the scope; returns people and changed tags."""
    with connection.cursor() as cursor:
        cursor.execute(assembling.statement(), assembling.parameters())
        people, changed = cursor.fetchone()
    return int(people), int(changed)

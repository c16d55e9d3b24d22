"""Rate limits that all processes share: fixed windows counted in an unlogged table."""

from django.db import connection
from django.db.models.functions import Now

from jishi.kernel.errors import N_, Unavailable
from jishi.kernel.models import RateCounter

HIT = """
INSERT INTO kernel_ratecounter AS c (bucket, key, "window", hits, expires_at)
SELECT %(bucket)s, %(key)s, w, 1, to_timestamp((w + 1) * %(window_s)s)
FROM (SELECT floor(extract(epoch FROM clock_timestamp()) / %(window_s)s)::bigint AS w) AS this
ON CONFLICT (bucket, key, "window") DO UPDATE SET hits = c.hits + 1
RETURNING hits, ceil(extract(epoch FROM expires_at - clock_timestamp()))::int
"""


class RateLimited(Unavailable):
    """Too many tries in this window."""

    code = "kernel.rate_limited"
    message = N_("Too many tries. Please wait %(seconds)s seconds.")


def hit(*, bucket: str, key: str, limit: int, window_s: int) -> int:
    """Count one try of ``key``; returns the tries so far in this window.

    :raises RateLimited: it was one more than ``limit``.
    """
    with connection.cursor() as cursor:
        cursor.execute(HIT, {"bucket": bucket, "key": key[:100], "window_s": window_s})
        hits, left_s = cursor.fetchone()
    if hits > limit:
        raise RateLimited(retry_after_s=max(1, left_s), seconds=max(1, left_s))
    return int(hits)


def forget_old() -> int:
    """Drop the counters of windows that have ended; returns how many."""
    deleted, _ = RateCounter.objects.filter(expires_at__lt=Now()).delete()
    return deleted

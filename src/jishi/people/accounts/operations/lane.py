"""Issuing and checking lane tokens with the configured key."""

import time

from django.conf import settings

from jishi.people.accounts import settle
from jishi.people.accounts.contracts import LaneClaims
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.accounts.queries import token_epoch

LANE_COOKIE = settle.LANE_COOKIE
LANE_TTL_S = settle.LANE_TTL_S


def issue_lane_token(*, person_id: int, epoch: int | None = None) -> str:
    """Write a fresh ten-minute token for the lane; sets nothing, the surface puts it into a cookie or answer.

    Whoever has just read the person passes the epoch and saves a query.

    :raises PersonNotFound: the person does not exist or the account is closed.
    """
    epoch = token_epoch(person_id) if epoch is None else epoch
    if epoch is None:
        raise PersonNotFound()
    claims = LaneClaims(person_id=person_id, epoch=epoch, expires_at=int(time.time()) + settle.LANE_TTL_S)
    return settle.sign_lane_token(claims, secret=_secret())


def read_lane_token(*, token: str) -> LaneClaims | None:
    """Return what a token proves, or None; asks no database, so revocation is the caller's epoch list."""
    return settle.read_lane_token(token, secret=_secret(), now_s=time.time())


def _secret() -> bytes:
    return settle.lane_secret(settings.JISHI_FIELD_KEYS[-1])

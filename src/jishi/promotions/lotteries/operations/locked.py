"""Locking a lottery, and saying what happened to it."""

from datetime import datetime, timedelta
from typing import Any

from jishi.promotions.lotteries.errors import LotteryNotFound
from jishi.promotions.lotteries.models import Lottery

EARMARK_GRACE = timedelta(days=30)
"""How much longer than it can be needed a prize stays set aside; closing a lottery gives it back long
before.
"""


def lottery_by_code(code: str) -> Lottery:
    """Lock a lottery.

    :raises LotteryNotFound: there is none.
    """
    found = Lottery.objects.select_for_update(no_key=True).filter(code=code).first()
    if found is None:
        raise LotteryNotFound(lottery=code[:12])
    return found


def facts(lottery: Lottery, at: datetime) -> dict[str, Any]:
    """Return the fields every event of a lottery carries."""
    return {"lottery_code": lottery.code, "shop_id": lottery.shop_id, "at": at}


def kept_until(lottery: Lottery) -> datetime:
    """Return until when the prizes are set aside at most."""
    rounds = 1 + 3
    return lottery.ends_at + rounds * timedelta(days=lottery.claim_days) + EARMARK_GRACE

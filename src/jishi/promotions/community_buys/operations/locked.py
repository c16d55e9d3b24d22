"""Locking rounds and what lies under them before anything of them is read or written."""

from jishi.promotions.community_buys.errors import LeaderNotFound, RoundNotFound
from jishi.promotions.community_buys.models import Collection, Leader, Round


def round_(code: str, *, shop_id: int | None = None) -> Round:
    """Lock one round; with a shop, only if it is that shop's.

    :raises RoundNotFound: there is none.
    """
    rows = Round.objects.select_for_update(no_key=True).filter(code=code)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    found = rows.first()
    if found is None:
        raise RoundNotFound
    return found


def collection(order_code: str) -> tuple[Round, Collection] | None:
    """Lock the round behind an order, then its collection; None when it has none."""
    code = Collection.objects.filter(order_code=order_code).values_list("round__code", flat=True).first()
    if code is None:
        return None
    found = round_(code)
    rows = Collection.objects.select_for_update(of=("self",), no_key=True)
    return found, rows.select_related("point__leader", "leader").get(order_code=order_code)


def leader(code: str) -> Leader:
    """Lock one leader.

    :raises LeaderNotFound: there is none.
    """
    found = Leader.objects.select_for_update(no_key=True).filter(code=code).first()
    if found is None:
        raise LeaderNotFound
    return found

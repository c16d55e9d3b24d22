"""Work that comes due by itself."""

from datetime import datetime

from jishi.goods.inventory import operations


def expire_holds(at: datetime) -> int:
    """Give back the holds whose moment has come; the sweep of this domain."""
    return operations.expire_holds(at=at)

"""Writing stock. Every verb is idempotent by its reference and all or nothing.

Order of locks, everywhere: shelves by id, then their holds, then the product's in-stock mark.
Whoever holds for several references in one transaction does so shop by shop, in order of shop id.
"""

from jishi.goods.inventory.operations.earmarks import earmark, free_for, hand_over, take_back
from jishi.goods.inventory.operations.holds import commit, consume, expire_holds, hold, release
from jishi.goods.inventory.operations.past import record_shipped
from jishi.goods.inventory.operations.returns import restock
from jishi.goods.inventory.operations.shelves import open_warehouse, receive, set_stock
from jishi.goods.inventory.operations.waiting import ask_for, forget, stop_waiting, tell_waiting

__all__ = [
    "ask_for",
    "commit",
    "consume",
    "earmark",
    "expire_holds",
    "forget",
    "free_for",
    "hand_over",
    "hold",
    "open_warehouse",
    "receive",
    "record_shipped",
    "release",
    "restock",
    "set_stock",
    "stop_waiting",
    "take_back",
    "tell_waiting",
]

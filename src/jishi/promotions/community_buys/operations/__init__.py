"""The verbs of community purchase: leaders, rounds, ordering, counting what arrived, handing out."""

from jishi.promotions.community_buys.operations.arrivals import count, settle_due, settle_one
from jishi.promotions.community_buys.operations.claims import hold, refund, release, settle
from jishi.promotions.community_buys.operations.handing import (
    close_due,
    hand_out,
    lapse,
    remind_due,
    renew_secret,
)
from jishi.promotions.community_buys.operations.leaders import (
    apply,
    decide,
    name_substitute,
    open_point,
    switch_point,
)
from jishi.promotions.community_buys.operations.ordering import order
from jishi.promotions.community_buys.operations.rounds import (
    cut,
    cut_due,
    open_round,
    plan,
    put_item,
    remove_item,
    stop_round,
)
from jishi.promotions.community_buys.operations.series import end_series, open_next_due, repeat

__all__ = [
    "apply",
    "close_due",
    "count",
    "cut",
    "cut_due",
    "decide",
    "end_series",
    "hand_out",
    "hold",
    "lapse",
    "name_substitute",
    "open_next_due",
    "open_point",
    "open_round",
    "order",
    "plan",
    "put_item",
    "refund",
    "release",
    "remind_due",
    "remove_item",
    "renew_secret",
    "repeat",
    "settle",
    "settle_due",
    "settle_one",
    "stop_round",
    "switch_point",
]

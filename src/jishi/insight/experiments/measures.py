"""The figures an experiment can be read by, and which rows they count.

Each source is a read-only statement over the tables of lower domains that yields `person_id, at, value`; it
is one set-based read for all exposed units, which those domains' queries, made for one reader, cannot give.
"""

from jishi.insight.experiments import ports
from jishi.insight.experiments.contracts import MEAN, RATIO, SHARE, Measure
from jishi.insight.experiments.ports import Source
from jishi.kernel.errors import N_

_BOUGHT = (
    "SELECT buyer_id AS person_id, paid_at AS at, 1::float8 AS value"
    " FROM orders_order WHERE paid_at IS NOT NULL"
)
_MOVED = (
    "SELECT o.buyer_id AS person_id, e.at, 1::float8 AS value FROM orders_orderevent e"
    " JOIN orders_order o ON o.id = e.order_id WHERE e.to_state "
)
SOURCES: dict[str, Source] = {
    "orders": Source("orders", _BOUGHT),
    "revenue": Source(
        "revenue",
        "SELECT buyer_id AS person_id, paid_at AS at, total_minor::float8 AS value"
        " FROM orders_order WHERE paid_at IS NOT NULL UNION ALL"
        " SELECT o.buyer_id, e.at, -o.total_minor::float8 FROM orders_orderevent e"
        " JOIN orders_order o ON o.id = e.order_id WHERE e.to_state = 'refunded'",
    ),
    "first_orders": Source(
        "first_orders",
        "SELECT buyer_id AS person_id, min(paid_at) AS at, 1::float8 AS value"
        " FROM orders_order WHERE paid_at IS NOT NULL GROUP BY buyer_id",
    ),
    "brought": Source(
        "brought",
        "SELECT l.sharer_id AS person_id, s.paid_at AS at, 1::float8 AS value"
        " FROM shares_shareorder s JOIN shares_sharelink l ON l.id = s.link_id WHERE l.sharer_id IS NOT NULL",
    ),
    "refunds": Source("refunds", _MOVED + "= 'refunding'"),
    "abandoned": Source("abandoned", _MOVED + "IN ('expired', 'cancelled')"),
    "shares": Source(
        "shares",
        "SELECT sharer_id AS person_id, created_at AS at, 1::float8 AS value FROM shares_sharelink",
    ),
    "notices": Source(
        "notices",
        "SELECT person_id, created_at AS at, 1::float8 AS value FROM notifications_notice WHERE is_listed",
    ),
    "withdrawals": Source(
        "withdrawals",
        "SELECT person_id, at, 1::float8 AS value FROM privacy_consent"
        " WHERE NOT given AND purpose IN ('personalisation', 'analytics')",
    ),
    "loads": Source("loads", "SELECT person_id, at, 1::float8 AS value FROM experiments_load"),
    "load_ms": Source("load_ms", "SELECT person_id, at, ms::float8 AS value FROM experiments_load"),
    "departures": Source(
        "departures",
        "SELECT person_id, requested_at AS at, 1::float8 AS value FROM privacy_deletion"
        " WHERE requested_at IS NOT NULL",
    ),
}
MEASURES: dict[str, Measure] = {
    one.key: one
    for one in (
        Measure("buyers", N_("People who bought"), SHARE, "orders"),
        Measure("orders", N_("Orders per person"), MEAN, "orders"),
        Measure("revenue", N_("Money per person, less refunds"), MEAN, "revenue", is_money=True),
        Measure("order_value", N_("Money per order"), RATIO, "revenue", "orders", is_money=True),
        Measure("sharers", N_("People who shared something"), SHARE, "shares"),
        Measure("new_buyers", N_("People who bought for the first time"), SHARE, "first_orders"),
        Measure("brought", N_("Orders brought by a person’s links"), MEAN, "brought"),
        Measure("refund_rate", N_("Refunds per order"), RATIO, "refunds", "orders", good=-1),
        Measure("abandoned", N_("Unpaid orders per person"), MEAN, "abandoned", good=-1),
        Measure("unsubscribed", N_("People who withdrew a consent"), SHARE, "withdrawals", good=-1),
        Measure("left", N_("People who asked to leave for good"), SHARE, "departures", good=-1),
        Measure("complained", N_("People who complained"), SHARE, "complaints", good=-1),
        Measure("notices", N_("Notices per person"), MEAN, "notices", good=-1),
        Measure("load_ms", N_("Milliseconds until the page is there"), RATIO, "load_ms", "loads", good=-1),
        Measure("promotions", N_("Promotions per person"), MEAN, "promotions", good=-1),
    )
}


def known() -> dict[str, Measure]:
    """The measures whose sources are there."""
    return {
        key: one
        for key, one in MEASURES.items()
        if find(one.source) is not None and (not one.over or find(one.over) is not None)
    }


def find(key: str) -> Source | None:
    """A source of ours, or one that a higher domain registered."""
    return SOURCES.get(key) or ports.find_source(key)

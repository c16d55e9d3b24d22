"""What is watched: series of days, steps of the funnel, dimensions that explain; and the boards of roles."""

from datetime import timedelta, timezone

from jishi.insight.reports.contracts import Role, Series
from jishi.kernel.errors import N_

ZONE = timezone(timedelta(hours=8))
"""The platform's: days of the lake are cut here."""
SERIES: tuple[Series, ...] = (
    Series("orders", N_("Orders paid"), "gmv", "orders", "count", section="orders"),
    Series("gmv", N_("Amount paid"), "gmv", "gmv_minor", "minor", section="orders"),
    Series(
        "viewers", N_("People who looked at goods"), "trend", "people", "count", {"kind": "product_viewed"}
    ),
    Series("carts", N_("People who filled a cart"), "trend", "people", "count", {"kind": "cart_added"}),
    Series("members", N_("New members"), "trend", "people", "count", {"kind": "signed_up"}),
    Series("notes", N_("Notes published"), "trend", "times", "count", {"kind": "note_published"}),
    Series("shares", N_("Links shared"), "trend", "times", "count", {"kind": "share_created"}),
    Series(
        "refunds",
        N_("Orders refunded"),
        "trend",
        "times",
        "count",
        {"kind": "order_refunded"},
        section="orders",
    ),
)
CURRENCY = "CNY"
STEPS = ("product_viewed", "cart_added", "order_placed", "order_paid")
EXPLAINING = ("channel", "device", "category", "region")
"""Dimensions a difference is taken apart by."""

BOARDS: tuple[tuple[str, str, tuple[tuple[str, str, dict[str, str]], ...]], ...] = (
    (
        Role.LEAD,
        N_("The house at a glance"),
        (
            (N_("Paid by day"), "gmv", {"grain": "day"}),
            (N_("Active people"), "active_people", {}),
            (N_("Bought again"), "repeat_purchase", {}),
            (N_("Refunds"), "refunds", {}),
        ),
    ),
    (
        Role.GROWTH,
        N_("Ways to an order"),
        (
            (N_("From looking to paying"), "funnel", {"steps": ",".join(STEPS)}),
            (N_("Conversion by channel"), "conversion", {"by": "channel"}),
            (N_("Who comes back"), "retention", {}),
            (N_("Channels"), "channels", {}),
        ),
    ),
    (
        Role.CONTENT,
        N_("Notes and talk"),
        (
            (N_("Notes by day"), "trend", {"kind": "note_published"}),
            (N_("Likes by day"), "trend", {"kind": "note_liked"}),
            (N_("Deeds per active person"), "engagement", {}),
            (N_("Word of mouth"), "word_of_mouth", {}),
        ),
    ),
    (
        Role.SERVICE,
        N_("After the order"),
        (
            (N_("Refunds by day"), "trend", {"kind": "order_refunded"}),
            (N_("Questions by day"), "trend", {"kind": "question_asked"}),
            (N_("Messages by day"), "trend", {"kind": "message_sent"}),
            (N_("Reviews by day"), "trend", {"kind": "review_published"}),
        ),
    ),
)
"""Boards that every installation has from the first day, by role: name, views (name, metric, parameters)."""

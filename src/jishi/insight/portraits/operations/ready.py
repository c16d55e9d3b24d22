"""Segments that every installation has from the first day; their rules, names and strategies may be changed.

Each is opened once: one that was put away does not come back.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override

from jishi.insight.portraits.contracts import Rule, SegmentKind
from jishi.insight.portraits.models import Segment
from jishi.insight.portraits.operations import editing
from jishi.kernel import locks
from jishi.kernel.errors import N_


def _tag(code: str, operator: str, value: object) -> Rule:
    return {"field": f"tag:{code}", "op": operator, "value": value}


READY: tuple[tuple[str, str, str, str, str, Rule], ...] = (
    (
        "best_customers", SegmentKind.RFM, N_("Best customers"),
        N_("Bought lately, often and much."),
        N_("First look at new goods, a voice in what comes next, thanks by name. No discounts."),
        _tag("rfm", "in", ["best"]),
    ),
    (
        "slipping", SegmentKind.STAGE, N_("Good customers going quiet"),
        N_("At risk, and they bought twice or more."),
        N_("Ask what is missing; show what changed since their last order; one kind offer, once."),
        {"all": [_tag("stage", "in", ["at_risk"]), _tag("orders", "gte", 2)]},
    ),
    (
        "one_order", SegmentKind.RULE, N_("One order so far"),
        N_("Bought once, within the last 60 days."),
        N_("Ask how it went, show what goes with it, make the second order easy."),
        {"all": [_tag("orders", "eq", 1), _tag("last_order_days", "lte", 60)]},
    ),
    (
        "newcomers", SegmentKind.STAGE, N_("New members who have not bought"),
        N_("Members of at most 30 days without an order."),
        N_("Show what friends bought and a small first deal; explain how refunds work."),
        {"all": [_tag("stage", "in", ["potential"]), _tag("member_days", "lte", 30)]},
    ),
    (
        "full_carts", SegmentKind.RULE, N_("Something waits in the cart"),
        N_("Goods in the cart since yesterday or longer."),
        N_("Say what is in it and whether it is still there. One reminder is enough."),
        {"all": [_tag("cart_waiting", "gte", 1), _tag("cart_waiting_days", "gte", 1)]},
    ),
    (
        "bargain_hunters", SegmentKind.RULE, N_("Buys with offers"),
        N_("Most of their orders had a price advantage."),
        N_("Teams and bargains rather than plain discounts: they bring friends along."),
        _tag("deal_taste", "in", ["hunter"]),
    ),
    (
        "socially_active", SegmentKind.RULE, N_("Socially active"),
        N_("Five notes, comments, likes, kept notes or links in 30 days."),
        N_("Topics, contests and communities; early goods to write about, always marked as such."),
        _tag("social_activity", "in", ["active"]),
    ),
    (
        "socially_potential", SegmentKind.RULE, N_("Could be socially active"),
        N_("Some deed in 30 days, or people and communities around them."),
        N_("Show what their friends do and invite to one community that fits."),
        _tag("social_activity", "in", ["potential"]),
    ),
    (
        "socially_silent", SegmentKind.RULE, N_("Socially silent"),
        N_("Neither deeds nor people around them."),
        N_("Leave it at good goods; a question after delivery is the best first step."),
        _tag("social_activity", "in", ["silent"]),
    ),
    (
        "voices", SegmentKind.RULE, N_("Voices people listen to"),
        N_("Large reach, or orders that began at their links."),
        N_("Ask them before others, pay them openly, never tell them what to say."),
        {"any": [_tag("influence", "in", ["high"]), _tag("share_orders", "gte", 3)]},
    ),
    (
        "due_again", SegmentKind.RULE, N_("Due to buy again"),
        N_("By their own rhythm the next order falls into these days."),
        N_("A reminder of what they usually buy, with what runs out first."),
        {"all": [_tag("orders", "gte", 3), _tag("next_order_days", "between", [-7, 7])]},
    ),
    (
        "window_shoppers", SegmentKind.RULE, N_("Looks, does not buy"),
        N_("Ten goods or more looked at in 30 days, no order."),
        N_("Answers of buyers and reviews with pictures; ask what holds them back."),
        {"all": [_tag("views_30", "gte", 10), _tag("orders", "eq", 0)]},
    ),
)  # fmt: skip


@transaction.atomic
def open_ready_made(*, language: str = "zh-hans", at: datetime | None = None) -> int:
    """Open the segments that are not there yet, named in the platform's language; returns how many."""
    locks.advisory("portraits", "ready")
    there = set(Segment.objects.exclude(ready_made="").values_list("ready_made", flat=True))
    names = set(Segment.objects.filter(archived_at=None).values_list("name", flat=True))
    opened = 0
    with override(language):
        for code, kind, name, meaning, strategy, rule in READY:
            if code in there or gettext(name) in names:
                continue
            editing.create_segment(
                name=gettext(name), rule=rule, owner_id=None, meaning=gettext(meaning),
                strategy=gettext(strategy), kind=kind, ready_made=code, at=at,
            )  # fmt: skip
            opened += 1
    return opened

"""What somebody does on the pages: from the lake, and only with consent to analytics."""

# ruff: noqa: E501 - a text and an expression are each read on one line

from jishi.insight.portraits.contracts import Choice, Family
from jishi.insight.portraits.tags.definition import CONTRACT, DAY, Definition, Writer
from jishi.kernel.errors import N_

_of = Writer(Family.BEHAVIOUR)
_SEEN = N_("%(events_90)s events on %(days_90)s days of the last 90; the last on %(last_day)s.")
_SITTINGS = N_("From %(sittings_90)s sittings of the last 90 days.")


def _kind(kind: str, window: int) -> str:
    """How often a kind of event came in the last 1, 7, 30 or 90 days (window 0 to 3)."""
    return f"coalesce((l.events->'{kind}'->>{window})::bigint, 0)"


TAGS: tuple[Definition, ...] = (
    _of.number(
        "last_seen_days", N_("Days since last seen"), N_("days since anything happened at all"),
        "m.today - l.last_day",
        unit="days", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "active_days_7", N_("Active days in 7"), N_("days with something done, of the last 7"),
        "coalesce(l.active_7, 0)", unit="days", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "active_days_30", N_("Active days in 30"), N_("days with something done, of the last 30"),
        "coalesce(l.active_30, 0)", unit="days", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.choice(
        "activity", N_("Activity"), N_("how often they come"),
        "CASE WHEN coalesce(l.active_30, 0) >= 15 THEN 'daily' WHEN l.active_30 >= 4 THEN 'weekly'"
        " WHEN l.active_30 >= 1 THEN 'monthly' WHEN l.days_90 >= 1 THEN 'rare' ELSE 'gone' END",
        Choice("daily", N_("nearly daily")), Choice("weekly", N_("weekly")), Choice("monthly", N_("monthly")),
        Choice("rare", N_("rarely")), Choice("gone", N_("not in 90 days")),
        evidence=_SEEN, used_by=("screen:person", "segment:builder"),
    ),
    _of.choice(
        "activity_trend", N_("Trend of activity"), N_("active days of the last 30 against the 30 before"),
        "CASE WHEN coalesce(l.active_30, 0) + coalesce(l.active_before, 0) < 3 THEN 'unknown'"
        " WHEN l.active_30 >= 1.5 * l.active_before THEN 'rising'"
        " WHEN l.active_30 * 1.5 <= l.active_before THEN 'falling' ELSE 'steady' END",
        Choice("rising", N_("rising")), Choice("steady", N_("steady")), Choice("falling", N_("falling")),
        Choice("unknown", N_("too little to say")),
        evidence=N_("%(active_days_30)s active days against %(active_before)s in the 30 days before."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "sittings_30", N_("Sittings in 30 days"), N_("visits, ended by half an hour of silence"),
        "coalesce(l.sittings_30, 0)", unit="sittings", fresh=DAY, evidence=_SITTINGS,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "minutes_30", N_("Minutes in 30 days"), N_("time between the first and last event of each sitting"),
        "coalesce(l.seconds_30, 0) / 60", unit="minutes", fresh=DAY, evidence=_SITTINGS,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "views_30", N_("Goods looked at in 30 days"), N_("product pages that were really visible"),
        _kind("product_viewed", 2), unit="times", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:window_shoppers", "model:clusters"),
    ),
    _of.number(
        "note_views_30", N_("Notes read in 30 days"), N_("pages of notes that were really visible"),
        _kind("note_viewed", 2), unit="times", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "searches_30", N_("Searches in 30 days"), N_("searches whose results were seen"),
        _kind("searched", 2), unit="times", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "cart_adds_30", N_("Put into the cart in 30 days"), N_("times something was put into the cart"),
        _kind("cart_added", 2), unit="times", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "cart_rate", N_("From looking to the cart"), N_("cart additions per hundred goods looked at, 90 days"),
        f"CASE WHEN {_kind('product_viewed', 3)} >= 5 THEN"
        f" least(100, round(100.0 * {_kind('cart_added', 3)} / {_kind('product_viewed', 3)})) END",
        unit="percent", fresh=DAY, evidence=_SEEN, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "hidden_90", N_("Hid in 90 days"), N_("times they asked not to see something"),
        _kind("item_hidden", 3), unit="times", fresh=DAY, evidence=_SEEN,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "messages_opened_30", N_("Messages opened in 30 days"), N_("pushes and mails that were tapped"),
        f"{_kind('push_opened', 2)} + {_kind('mail_opened', 2)}",
        unit="times", fresh=DAY, evidence=_SEEN, used_by=("screen:person", "segment:builder"),
    ),
    _of.choice(
        "day_part", N_("Time of day"), N_("when most of their sittings begin"), "l.day_part",
        Choice("night", N_("at night, 0 to 6")), Choice("morning", N_("in the morning, 6 to 11")),
        Choice("noon", N_("around noon, 11 to 14")), Choice("afternoon", N_("in the afternoon, 14 to 18")),
        Choice("evening", N_("in the evening, 18 to 24")),
        evidence=_SITTINGS, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "weekend_share", N_("At the weekend"), N_("share of active days that are Saturdays or Sundays"),
        "CASE WHEN l.days_90 >= 3 THEN round(100.0 * l.weekend_90 / l.days_90) END",
        unit="percent", fresh=DAY, evidence=_SEEN, used_by=("screen:person", "segment:builder"),
    ),
    _of.choice(
        "device", N_("Device"), N_("what they sit at most often"), "l.device",
        Choice("phone", N_("a phone")), Choice("tablet", N_("a tablet")), Choice("desk", N_("a computer")),
        Choice("other", N_("something else")),
        evidence=_SITTINGS, used_by=("screen:person", "segment:builder"),
    ),
    _of.choice(
        "channel", N_("Way in"), N_("how most of their sittings begin"), "l.channel",
        Choice("direct", N_("directly")), Choice("share", N_("by a shared link")),
        Choice("search", N_("from a search engine")), Choice("ad", N_("from an advertisement")),
        Choice("push", N_("from a push")), Choice("mail", N_("from a mail")),
        Choice("site", N_("from another site")), Choice("other", N_("in another way")),
        evidence=_SITTINGS, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "cart_waiting", N_("Waiting in the cart"), N_("different goods in the cart now"),
        "coalesce(ca.lines, 0)", unit="goods", basis=CONTRACT,
        evidence=N_("The cart as it is now."), used_by=("screen:person", "segment:full_carts"),
    ),
    _of.number(
        "cart_waiting_days", N_("Cart waiting for"), N_("days since the oldest thing was put into the cart"),
        "m.today - (ca.oldest_at AT TIME ZONE m.zone)::date", unit="days", fresh=DAY, basis=CONTRACT,
        evidence=N_("The cart as it is now."), used_by=("screen:person", "segment:full_carts"),
    ),
)  # fmt: skip

"""What somebody likes: from what they look at and buy, and from what they say themselves, which wins."""

# ruff: noqa: E501 - a text and an expression are each read on one line

from jishi.insight.portraits.contracts import Choice, Family
from jishi.insight.portraits.tags.definition import CONTRACT, Definition, Writer
from jishi.kernel.errors import N_

_of = Writer(Family.PREFERENCE)
_LOOKED = N_("Looked at, put into the cart and bought in 90 days: %(category_counts)s.")
_BOUGHT = N_("From %(orders)s paid orders.")

TAGS: tuple[Definition, ...] = (
    _of.other(
        "text", "fav_category", N_("Favourite category"),
        N_("looked at once, in the cart three times, bought five times: the category with the most"),
        "ls.categories->>0",
        evidence=_LOOKED, used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "text", "second_category", N_("Second category"), N_("the category that follows the favourite one"),
        "ls.categories->>1",
        evidence=_LOOKED, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "fav_category_share", N_("Weight of the favourite"), N_("how much of it all is the favourite category"),
        "round(100.0 * (l.categories->0->>2)::bigint / nullif(l.category_weight, 0))",
        unit="percent", evidence=_LOOKED, used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "list", "categories", N_("Categories"), N_("up to five categories, the strongest first"),
        "ls.categories", evidence=_LOOKED, used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "text", "fav_shop", N_("Favourite shop"), N_("where they bought most often"),
        "ol.fav_shop",
        evidence=_BOUGHT,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "text", "fav_brand", N_("Favourite brand"), N_("the brand they bought most often"), "ol.fav_brand",
        basis=CONTRACT, evidence=_BOUGHT, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "variety", N_("Variety"), N_("different categories they bought from"), "coalesce(ol.categories, 0)",
        unit="categories", basis=CONTRACT, evidence=_BOUGHT,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.choice(
        "price_band", N_("Price band"), N_("what they pay against the middle price of the same category"),
        "CASE WHEN ol.price_ratio < 0.75 THEN 'low' WHEN ol.price_ratio <= 1.25 THEN 'middle'"
        " WHEN ol.price_ratio IS NOT NULL THEN 'high' END",
        Choice("low", N_("below the middle")), Choice("middle", N_("around the middle")),
        Choice("high", N_("above the middle")),
        basis=CONTRACT, evidence=N_("They pay %(price_percent)s %% of the middle price of what they buy."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "price_looked_minor", N_("Price looked at"), N_("mean price of the goods they looked at, 90 days"),
        "l.price_looked_minor", unit="money", evidence=_LOOKED, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "deal_share", N_("Bought for less"), N_("share of paid orders with a price advantage"),
        "round(100.0 * o.deals / nullif(o.n, 0))", unit="percent", basis=CONTRACT, evidence=_BOUGHT,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.choice(
        "deal_taste", N_("Taste for offers"), N_("how much it takes an offer to make them buy"),
        "CASE WHEN o.n >= 2 THEN CASE WHEN 100.0 * o.deals / o.n >= 70 THEN 'hunter'"
        " WHEN 100.0 * o.deals / o.n >= 25 THEN 'sometimes' ELSE 'rarely' END END",
        Choice("hunter", N_("buys offers")), Choice("sometimes", N_("takes some offers")),
        Choice("rarely", N_("hardly needs offers")),
        basis=CONTRACT, evidence=_BOUGHT, used_by=("screen:person", "segment:bargain_hunters"),
    ),
    _of.number(
        "by_people_share", N_("Bought through people"), N_("share of paid orders that began at a shared link"),
        "round(100.0 * o.shared / nullif(o.n, 0))", unit="percent", basis=CONTRACT, evidence=_BOUGHT,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "team_share", N_("Bought together"), N_("share of paid orders that were a seat in a team"),
        "round(100.0 * coalesce(pl.paid_seats, 0) / nullif(o.n, 0))", unit="percent", basis=CONTRACT,
        evidence=_BOUGHT, used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "text", "fav_topic", N_("Favourite topic"), N_("the topic of the notes they wrote, liked and kept"),
        "t.topics->>0", evidence=N_("From the notes they wrote, liked or kept: %(topic_counts)s."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "list", "topics", N_("Topics"), N_("up to five topics, the strongest first"),
        "t.topics", evidence=N_("From the notes they wrote, liked or kept: %(topic_counts)s."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "list", "interests", N_("Interests"),
        N_("categories and topics, their own words first, nothing they took away"),
        "it.interests", basis=CONTRACT, evidence=N_("What they said themselves comes first and stays."),
        used_by=("screen:person", "screen:interests", "segment:builder"),
    ),
)  # fmt: skip

"""What somebody is worth to the shops: from orders and payments, which a deal needs anyway."""

# ruff: noqa: E501 - a text and an expression are each read on one line

from jishi.insight.portraits import rules
from jishi.insight.portraits.contracts import Choice, Family
from jishi.insight.portraits.tags.definition import CONTRACT, DAY, Definition, Writer
from jishi.kernel.errors import N_

_of = Writer(Family.VALUE, CONTRACT)
_PAID = N_(
    "%(orders)s paid orders from %(first_order_on)s to %(last_order_on)s, the last one %(last_order)s."
)
_RFM = N_("Last order %(last_order_days)s days ago, %(orders)s orders, against all buyers.")

TAGS: tuple[Definition, ...] = (
    _of.number(
        "orders", N_("Orders"), N_("paid orders that were not sent back"), "coalesce(o.n, 0)",
        unit="orders", evidence=_PAID,
        used_by=("screen:person", "segment:one_order", "model:clusters", "segment:slipping", "segment:due_again", "segment:window_shoppers"),
    ),
    _of.number(
        "spent_minor", N_("Spent"), N_("money of the paid orders that were not sent back"),
        "coalesce(o.spent, 0)", unit="money", evidence=_PAID,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "average_order_minor", N_("Average order"), N_("money per paid order"),
        "round(o.spent / nullif(o.n_home, 0))", unit="money", evidence=_PAID,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "largest_order_minor", N_("Largest order"), N_("the most money of one order"), "o.largest",
        unit="money", evidence=_PAID, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "orders_90", N_("Orders in 90 days"), N_("paid orders of the last 90 days"), "coalesce(o.n_90, 0)",
        unit="orders", fresh=DAY, evidence=_PAID, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "spent_90_minor", N_("Spent in 90 days"), N_("money of the last 90 days"), "coalesce(o.spent_90, 0)",
        unit="money", fresh=DAY, evidence=_PAID, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "first_order_days", N_("Days since the first order"), N_("days since they first paid"),
        "m.today - (o.first_at AT TIME ZONE m.zone)::date", unit="days", fresh=DAY, evidence=_PAID,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "last_order_days", N_("Days since the last order"), N_("days since they last paid"),
        "m.today - (o.last_at AT TIME ZONE m.zone)::date", unit="days", fresh=DAY, evidence=_PAID,
        used_by=("screen:person", "segment:one_order", "model:clusters"),
    ),
    _of.number(
        "repeat_days", N_("Days between orders"), N_("mean days between their paid orders"),
        "round(extract(epoch FROM o.last_at - o.first_at) / 86400 / nullif(o.n - 1, 0))", unit="days",
        evidence=_PAID, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "next_order_days", N_("Next order expected in"),
        N_("days until their own rhythm says they buy again; below zero they are late"),
        "(o.last_at AT TIME ZONE m.zone)::date - m.today"
        " + round(extract(epoch FROM o.last_at - o.first_at) / 86400 / nullif(o.n - 1, 0))",
        unit="days", fresh=DAY, evidence=_PAID, used_by=("screen:person", "segment:due_again"),
    ),
    _of.number(
        "shops_bought", N_("Shops bought at"), N_("different shops with paid orders"), "coalesce(o.shops, 0)",
        unit="shops", evidence=_PAID, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "refunds", N_("Sent back"), N_("paid orders whose money went back"), "coalesce(o.refunds, 0)",
        unit="orders", evidence=N_("%(refunds)s of %(paid_ever)s orders that were ever paid."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "refund_share", N_("Share sent back"), N_("how many of all orders that were ever paid went back"),
        "round(100.0 * o.refunds / nullif(o.paid_ever, 0))", unit="percent",
        evidence=N_("%(refunds)s of %(paid_ever)s orders that were ever paid."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "unpaid_orders", N_("Left unpaid"), N_("orders that were placed and never paid"),
        "coalesce(o.unpaid, 0)", unit="orders", evidence=N_("From orders that expired or were cancelled."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "pay_minutes", N_("Minutes to pay"), N_("mean minutes between placing and paying"),
        "round(o.pay_seconds / 60)", unit="minutes", evidence=_PAID,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "recency_fifth", N_("Recency"), N_("5 for the fifth of all buyers who bought last"),
        "p.recency",
        unit="fifth", fresh=DAY, evidence=_RFM, used_by=("screen:person", "segment:builder", "screen:rfm"),
    ),
    _of.number(
        "frequency_fifth", N_("Frequency"), N_("5 for the fifth of all buyers who buy most often"),
        "p.frequency",
        unit="fifth", evidence=_RFM, used_by=("screen:person", "segment:builder", "screen:rfm"),
    ),
    _of.number(
        "money_fifth", N_("Money"), N_("5 for the fifth of all buyers who spend most"),
        "p.money",
        unit="fifth", evidence=_RFM, used_by=("screen:person", "segment:builder", "screen:rfm"),
    ),
    _of.choice(
        "rfm", N_("Class of customer"), N_("by recency, frequency and money together"),
        rules.rfm_sql(),
        *(Choice(one.code, one.name) for one in rules.RFM),
        evidence=_RFM, used_by=("screen:person", "screen:rfm", "segment:best_customers"),
    ),
    _of.choice(
        "stage", N_("Stage of life"), N_("where they stand as a customer of the platform"), "st.stage",
        *(Choice(one.code, one.name) for one in rules.STAGES),
        evidence=N_("%(stage_words)s"), used_by=("screen:person", "screen:lifecycle", "segment:builder", "segment:slipping", "segment:newcomers"),
    ),
)  # fmt: skip

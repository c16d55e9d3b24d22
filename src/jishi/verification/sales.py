"""Flash sales: what an item says it gave away, against the claims, the orders and the shelf."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I8",
        "the counters of a flash item are its claims, and never more than its allocation",
        "SELECT count(*) FROM flash_sales_item",
        """
        SELECT 'flash item ' || i.code AS subject, 'held ' || i.held || ' and sold ' || i.sold ||
            ', claims say ' || coalesce(sum(c.quantity) FILTER (WHERE c.state = 'held'), 0) || ' and ' ||
            coalesce(sum(c.quantity) FILTER (WHERE c.state = 'paid'), 0) AS problem
        FROM flash_sales_item i LEFT JOIN flash_sales_claim c ON c.item_id = i.id
        GROUP BY i.id
        HAVING i.held <> coalesce(sum(c.quantity) FILTER (WHERE c.state = 'held'), 0)
            OR i.sold <> coalesce(sum(c.quantity) FILTER (WHERE c.state = 'paid'), 0)
            OR coalesce(sum(c.quantity) FILTER (WHERE c.state IN ('held', 'paid')), 0) > i.allocation
        """,
    ),
    Check(
        "I8",
        "free units of a flash item lie in its earmark",
        "SELECT count(*) FROM flash_sales_item WHERE state IN ('approved', 'open', 'closed')",
        """
        SELECT 'flash item ' || i.code AS subject, i.available || ' available, set aside ' ||
            coalesce(sum(h.quantity), 0) AS problem
        FROM flash_sales_item i
        LEFT JOIN inventory_hold h ON h.reference = 'flash:' || i.code AND h.state = 'held'
        WHERE i.state IN ('approved', 'open', 'closed')
        GROUP BY i.id HAVING i.available <> coalesce(sum(h.quantity), 0)
        """,
    ),
    Check(
        "I8",
        "a claim and its order agree: person, units, price, and how it ended",
        "SELECT count(*) FROM flash_sales_claim",
        """
        SELECT 'order ' || c.order_code AS subject, 'claim ' || c.state || ' of ' || c.quantity ||
            ', order ' || coalesce(o.state, 'missing') AS problem
        FROM flash_sales_claim c JOIN flash_sales_item i ON i.id = c.item_id
        LEFT JOIN orders_order o ON o.code = c.order_code AND o.buyer_id = c.person_id
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(l.quantity), 0) AS units FROM orders_orderline l
            WHERE l.order_id = o.id AND l.variant_id = i.variant_id) l ON true
        WHERE o.id IS NULL OR l.units <> c.quantity
           OR (c.state = 'held' AND o.state <> 'awaiting_payment')
           OR (c.state = 'paid' AND o.state NOT IN ('paid', 'shipped', 'received', 'refunding', 'refunded'))
           OR (c.state = 'released' AND o.state NOT IN ('expired', 'cancelled'))
           OR NOT EXISTS (SELECT 1 FROM orders_orderadjustment a
                WHERE a.order_id = o.id AND a.rule = 'flash_sale'
                  AND a.reference = i.code || ':' || c.quantity)
        """,
    ),
)

"""Stock: what lies on a shelf against what moved, and what is set aside for the orders that wait for it."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I7",
        "what is on hand is the sum of its movements",
        "SELECT count(*) FROM inventory_stock",
        """
        SELECT 'variant ' || s.variant_id AS subject, 'stored ' || s.on_hand || ', moved ' ||
            coalesce(sum(m.quantity), 0) AS problem
        FROM inventory_stock s LEFT JOIN inventory_movement m ON m.stock_id = s.id
        GROUP BY s.id HAVING s.on_hand <> coalesce(sum(m.quantity), 0)
        """,
    ),
    Check(
        "I7",
        "what is reserved is the sum of its live holds, and never more than there is",
        "SELECT count(*) FROM inventory_stock",
        """
        SELECT 'variant ' || s.variant_id AS subject,
               'on hand ' || s.on_hand || ', reserved ' || s.reserved || ', held ' ||
                   coalesce(sum(h.quantity), 0) AS problem
        FROM inventory_stock s
        LEFT JOIN inventory_hold h ON h.stock_id = s.id AND h.state IN ('held', 'committed')
        GROUP BY s.id HAVING s.reserved <> coalesce(sum(h.quantity), 0) OR s.reserved < 0 OR s.reserved >
            s.on_hand
        """,
    ),
    Check(
        "I7",
        "every paid order has its goods set aside, every shipped one has taken them",
        "SELECT count(*) FROM orders_orderline",
        """
        SELECT 'order ' || o.code AS subject, o.state || ', ' || l.quantity || ' of variant ' ||
            l.variant_id
               || ', set aside ' || coalesce(h.aside, 0) || ', taken ' || coalesce(m.taken, 0) AS problem
        FROM orders_order o
        JOIN (SELECT order_id, variant_id, sum(quantity) AS quantity FROM orders_orderline GROUP BY 1, 2) l
            ON l.order_id = o.id
        LEFT JOIN LATERAL (SELECT sum(h.quantity) AS aside FROM inventory_hold h JOIN inventory_stock s ON
            s.id = h.stock_id
            WHERE h.reference = o.code AND s.variant_id = l.variant_id AND h.state = 'committed') h ON true
        LEFT JOIN LATERAL (SELECT -sum(m.quantity) AS taken FROM inventory_movement m JOIN inventory_stock
            s ON s.id = m.stock_id
            WHERE m.reference = o.code AND s.variant_id = l.variant_id AND m.kind = 'ship') m ON true
        LEFT JOIN community_buys_collection c ON c.order_code = o.code
        LEFT JOIN community_buys_item i ON i.round_id = c.round_id AND i.variant_id = l.variant_id
        LEFT JOIN community_buys_portion p ON p.collection_id = c.id AND p.item_id = i.id
        CROSS JOIN LATERAL (SELECT CASE WHEN c.id IS NULL THEN l.quantity  -- goods of a round come later
            WHEN c.state IN ('held', 'paid') THEN 0 ELSE coalesce(p.given, 0) END AS due) d
        WHERE (o.state = 'paid' AND coalesce(h.aside, 0) <> d.due)
           OR (o.state IN ('shipped', 'received') AND coalesce(m.taken, 0) <> d.due)
           OR (o.state IN ('expired', 'cancelled', 'awaiting_payment') AND coalesce(m.taken, 0) <> 0)
        """,
    ),
)

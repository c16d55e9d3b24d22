"""Orders and teams: what was acknowledged exists, histories are legal, a team is whole or paid back."""

from jishi.verification.checks import Check

LEGAL_STEPS = """
(VALUES ('', 'awaiting_payment'), ('awaiting_payment', 'paid'), ('awaiting_payment', 'expired'),
        ('awaiting_payment', 'cancelled'), ('expired', 'paid'), ('paid', 'shipped'), ('paid', 'refunding'),
        ('shipped', 'received'), ('shipped', 'refunding'), ('refunding', 'refunded')) AS legal(a, b)
"""
"""Written down a second time on purpose: the order domain's own table is what is being checked."""

CHECKS: tuple[Check, ...] = (
    Check(
        "I4",
        "an acknowledged checkout has its orders, and they cost what was agreed",
        "SELECT count(*) FROM checkout_checkout",
        """
        SELECT 'checkout ' || c.code AS subject, 'agreed ' || c.total_minor || ', ordered ' ||
            coalesce(sum(o.total_minor), -1) AS problem
        FROM checkout_checkout c LEFT JOIN orders_order o ON o.checkout_code = c.code
        GROUP BY c.code, c.total_minor
        HAVING count(o.id) = 0
            OR (coalesce(sum(o.total_minor), -1) <> c.total_minor AND bool_and(NOT EXISTS (
                SELECT 1 FROM kernel_auditentry a WHERE a.subject = 'order:' || o.code AND a.action LIKE
                    '%delivery_fee%')))
        """,
    ),
    Check(
        "I4",
        "a paid order has one payment that was captured",
        "SELECT count(*) FROM orders_order WHERE paid_at IS NOT NULL AND total_minor > 0",
        """
        SELECT 'order ' || o.code AS subject, o.state || ' with ' || count(c.id) || ' captures' AS problem
        FROM orders_order o
        LEFT JOIN payments_allocation a ON a.order_code = o.code
        LEFT JOIN payments_capture c ON c.intent_id = a.intent_id AND c.disposition = 'applied'
        WHERE o.paid_at IS NOT NULL AND o.total_minor > 0
        GROUP BY o.code, o.state HAVING count(c.id) <> 1
        """,
    ),
    Check(
        "I4",
        "an order's lines and adjustments make up its sums",
        "SELECT count(*) FROM orders_order",
        """
        SELECT 'order ' || o.code AS subject, 'goods ' || o.goods_minor || ', lines ' || coalesce(l.goods,
            0) AS problem
        FROM orders_order o LEFT JOIN LATERAL (
            SELECT sum(unit_minor * quantity) AS goods, sum(discount_minor) AS discount
            FROM orders_orderline WHERE order_id = o.id) l ON true
        WHERE coalesce(l.goods, 0) <> o.goods_minor OR coalesce(l.discount, 0) > o.discount_minor
        """,
    ),
    Check(
        "I4",
        "a line names the product of its variant, an adjustment the variant of a line",
        "SELECT (SELECT count(*) FROM orders_orderline) + (SELECT count(*) FROM orders_orderadjustment)",
        """
        SELECT 'order ' || o.code AS subject, 'line ' || l.position || ' names product ' || l.product_id AS
            problem
        FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        JOIN catalog_variant v ON v.id = l.variant_id WHERE v.product_id <> l.product_id
        UNION ALL
        SELECT 'order ' || o.code, 'adjustment ' || a.rule || ' names variant ' || a.variant_id
        FROM orders_orderadjustment a JOIN orders_order o ON o.id = a.order_id
        WHERE a.variant_id <> ALL (ARRAY(
            SELECT l.variant_id FROM orders_orderline l WHERE l.order_id = a.order_id))
        """,
    ),
    Check(
        "I12",
        "every recorded step of an order is legal and follows the one before",
        "SELECT count(*) FROM orders_orderevent",
        f"""
        SELECT 'order ' || o.code AS subject, e.before || ' > ' || e.from_state || ' > ' || e.to_state AS
            problem
        FROM (SELECT *, lag(to_state, 1, '') OVER (PARTITION BY order_id ORDER BY id) AS before FROM
            orders_orderevent) e
        JOIN orders_order o ON o.id = e.order_id
        WHERE e.before <> e.from_state OR NOT EXISTS (
            SELECT 1 FROM {LEGAL_STEPS} WHERE legal.a = e.from_state AND legal.b = e.to_state)
        """,  # noqa: S608
    ),
    Check(
        "I12",
        "an order stands where its last recorded step left it",
        "SELECT count(*) FROM orders_order",
        """
        SELECT 'order ' || o.code AS subject, o.state || ', record says ' || coalesce(e.to_state,
            'nothing') AS problem
        FROM orders_order o LEFT JOIN LATERAL (
            SELECT to_state FROM orders_orderevent WHERE order_id = o.id ORDER BY id DESC LIMIT 1) e ON true
        WHERE e.to_state IS DISTINCT FROM o.state
        """,
    ),
    Check(
        "I10",
        "no team has more members than seats, and its counters are its seats",
        "SELECT count(*) FROM plays_team",
        """
        SELECT 'team ' || t.code AS subject,
               'size ' || t.size || ', counted ' || s.taken || ' taken and ' || s.held
               || ' held, stored ' || t.seats_taken || ' and ' || t.seats_held AS problem
        FROM plays_team t JOIN LATERAL (
            SELECT count(*) FILTER (WHERE state = 'taken' OR keeps_place) AS taken,
                   count(*) FILTER (WHERE state = 'held') AS held
            FROM plays_seat WHERE team_id = t.id) s ON true
        WHERE s.taken + s.held + t.seats_virtual > t.size
           OR (t.state IN ('starting', 'open', 'formed')
               AND (s.taken <> t.seats_taken OR s.held <> t.seats_held))
        """,
    ),
    Check(
        "I10",
        "a formed team is full; an ended one keeps nobody's money",
        "SELECT count(*) FROM plays_team WHERE state IN ('formed', 'expired', 'failed')",
        """
        SELECT 'team ' || t.code AS subject, t.state || ' with seat ' || s.state || ' of order ' ||
            s.order_code AS problem
        FROM plays_team t JOIN plays_seat s ON s.team_id = t.id JOIN orders_order o ON o.code = s.order_code
        WHERE (t.state IN ('expired', 'failed') AND (s.state IN ('held', 'taken')
               OR (s.state <> 'refund_due' AND o.state IN ('paid', 'shipped', 'received'))))
           OR (t.state = 'formed' AND s.state IN ('taken') AND o.state NOT IN ('paid', 'shipped',
               'received', 'refunding'))
        UNION ALL
        SELECT 'team ' || code, 'formed with ' || seats_taken || ' of ' || size FROM plays_team
        WHERE state = 'formed' AND seats_taken + seats_virtual <> size
        """,
    ),
    Check(
        "I10",
        "nothing of an open or ended team has been shipped, and nothing of a formed one is held back",
        "SELECT count(*) FROM plays_seat WHERE state = 'taken'",
        """
        SELECT 'order ' || o.code AS subject, o.state || ' in a team that is ' || t.state AS problem
        FROM plays_seat s JOIN plays_team t ON t.id = s.team_id JOIN orders_order o ON o.code = s.order_code
        WHERE (o.state IN ('shipped', 'received') AND t.state <> 'formed')
           OR (t.state = 'formed' AND s.state = 'taken' AND EXISTS (
               SELECT 1 FROM orders_fulfilmenthold f WHERE f.order_id = o.id AND f.released_at IS NULL))
           OR (t.state = 'open' AND s.state = 'taken' AND NOT EXISTS (
               SELECT 1 FROM orders_fulfilmenthold f WHERE f.order_id = o.id AND f.released_at IS NULL))
        """,
    ),
)

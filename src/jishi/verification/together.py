"""Community purchase and presales: counters against rows, promises and deposits against escrow, goods."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I8",
        "what is used up of a gate's limits is its live takes, and never more than the limit",
        "SELECT count(*) FROM gates_tally",
        # Whoever left for good has no household any more; what it used up stays used up.
        """
        SELECT 'gate ' || g.subject AS subject, t.scope || ' ' || t.used || ' of ' || t.most ||
            ', takes say ' || coalesce(s.units, 0) AS problem
        FROM gates_tally t JOIN gates_gate g ON g.id = t.gate_id
        LEFT JOIN LATERAL (SELECT sum(k.units) AS units FROM gates_take k
            WHERE k.gate_id = t.gate_id AND k.part = t.part AND k.is_live AND CASE t.scope
                WHEN 'day' THEN k.taken_on::text = t.key
                WHEN 'household' THEN k.household = t.key
                ELSE 'p' || k.person_id || ':' || k.taken_on = t.key END) s ON true
        WHERE t.used > t.most OR t.used < coalesce(s.units, 0)
            OR (t.scope <> 'household' AND t.used <> coalesce(s.units, 0))
        """,
    ),
    Check(
        "I8",
        "the counters of a round's item are its portions, and never more than its cap",
        "SELECT count(*) FROM community_buys_item",
        """
        SELECT 'item ' || i.code AS subject, 'held ' || i.held || ' and sold ' || i.sold ||
            ', portions say ' || coalesce(sum(p.quantity) FILTER (WHERE c.state = 'held'), 0) || ' and ' ||
            coalesce(sum(p.quantity) FILTER (
                WHERE c.state IN ('paid', 'ready', 'collected', 'forfeited')), 0) AS problem
        FROM community_buys_item i
        LEFT JOIN community_buys_portion p ON p.item_id = i.id
        LEFT JOIN community_buys_collection c ON c.id = p.collection_id
        GROUP BY i.id
        HAVING i.held <> coalesce(sum(p.quantity) FILTER (WHERE c.state = 'held'), 0)
            OR i.sold <> coalesce(sum(p.quantity) FILTER (
                WHERE c.state IN ('paid', 'ready', 'collected', 'forfeited')), 0)
            OR i.held + i.sold > i.cap OR (i.arrived IS NOT NULL AND i.given > i.arrived)
        """,
    ),
    Check(
        "I8",
        "a person's tally of an item is what they have in live orders",
        "SELECT count(*) FROM community_buys_tally",
        """
        SELECT 'tally ' || t.id AS subject, t.quantity || ', portions say ' ||
            coalesce(sum(p.quantity) FILTER (WHERE c.id IS NOT NULL), 0) AS problem
        FROM community_buys_tally t
        LEFT JOIN community_buys_portion p ON p.item_id = t.item_id
        LEFT JOIN community_buys_collection c ON c.id = p.collection_id AND c.person_id = t.person_id
            AND c.state NOT IN ('released', 'refunded')
        GROUP BY t.id
        HAVING t.quantity <> coalesce(sum(p.quantity) FILTER (WHERE c.id IS NOT NULL), 0)
            OR t.quantity > t.most
        """,
    ),
    Check(
        "I4",
        "what leaders are promised of a round is within its budget and is their shares in escrow",
        "SELECT count(*) FROM community_buys_round",
        """
        SELECT 'round ' || r.code AS subject, r.commission_minor || ' of ' || r.budget_minor ||
            ', collections say ' || coalesce(sum(c.commission_minor - c.commission_back_minor), 0) ||
            ', escrow ' || coalesce(sum(s.amount_minor - s.refunded_minor), 0) AS problem
        FROM community_buys_round r
        LEFT JOIN community_buys_collection c ON c.round_id = r.id
        LEFT JOIN escrow_holding h ON h.order_code = c.order_code
        LEFT JOIN escrow_split s ON s.holding_id = h.id AND s.role = 'beneficiary'
        WHERE NOT EXISTS (SELECT 1 FROM community_buys_collection w JOIN orders_order o
            ON o.code = w.order_code
            WHERE w.round_id = r.id AND w.state IN ('paid', 'ready') AND o.state = 'refunding')
        GROUP BY r.id
        HAVING r.commission_minor > r.budget_minor
            OR r.commission_minor <> coalesce(sum(c.commission_minor - c.commission_back_minor), 0)
            OR r.commission_minor <> coalesce(sum(s.amount_minor - s.refunded_minor), 0)
        """,
    ),
    Check(
        "I3",
        "a collection and its order agree, and what a buyer was paid back for a shortage is one refund",
        "SELECT count(*) FROM community_buys_collection",
        """
        SELECT 'order ' || c.order_code AS subject, 'collection ' || c.state || ', order ' ||
            coalesce(o.state, 'missing') || ', short ' || c.short_minor || ', refunds ' || f.n AS problem
        FROM community_buys_collection c
        LEFT JOIN orders_order o ON o.code = c.order_code AND o.buyer_id = c.person_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS n, coalesce(sum(f.amount_minor), 0) AS minor FROM payments_refund f
            WHERE f.natural_key = 'community_short:' || c.order_code) f ON true
        WHERE o.id IS NULL
           OR (c.state = 'held' AND o.state <> 'awaiting_payment')
           OR (c.state = 'paid' AND o.state NOT IN ('paid', 'refunding', 'refunded'))
           OR (c.state = 'ready' AND o.state NOT IN ('paid', 'refunding', 'refunded'))
           OR (c.state IN ('collected', 'forfeited') AND o.state <> 'received')
           OR (c.state = 'released' AND o.state NOT IN ('expired', 'cancelled'))
           OR (c.state IN ('ready', 'collected', 'forfeited') AND f.minor <> c.short_minor)
        """,
    ),
    Check(
        "I8",
        "a round that was cut with paid orders has one demand with a line for each item",
        "SELECT count(*) FROM community_buys_round WHERE state IN ('cut', 'counted', 'closed')",
        """
        SELECT 'round ' || r.code AS subject, 'item ' || i.code || ' sold ' || i.sold || ', demanded ' ||
            coalesce(l.quantity, 0) AS problem
        FROM community_buys_round r
        JOIN community_buys_item i ON i.round_id = r.id
        LEFT JOIN community_buys_demandline l ON l.item_id = i.id
        WHERE r.state IN ('cut', 'counted', 'closed') AND i.sold > coalesce(l.quantity, 0)
        """,
    ),
    Check(
        "I8",
        "the counters of a presale are its reservations, and never more than its units",
        "SELECT count(*) FROM presales_presale",
        """
        SELECT 'presale ' || p.code AS subject, 'held ' || p.held || ', taken ' || p.taken AS problem
        FROM presales_presale p LEFT JOIN presales_reservation r ON r.presale_id = p.id
        GROUP BY p.id
        HAVING p.held <> coalesce(sum(r.quantity) FILTER (WHERE r.state = 'held'), 0)
            OR p.taken <> coalesce(sum(r.quantity) FILTER (
                WHERE r.state IN ('deposited', 'ordered', 'bought')), 0)
            OR p.held + p.taken + p.back > p.units
        """,
    ),
    Check(
        "I8",
        "units of a presale that are not with an order lie in its earmark",
        "SELECT count(*) FROM presales_presale",
        """
        SELECT 'presale ' || p.code AS subject, 'set aside ' || coalesce(h.quantity, 0) AS problem
        FROM presales_presale p
        LEFT JOIN inventory_hold h ON h.reference = 'presale:' || p.code AND h.state = 'held'
        LEFT JOIN LATERAL (SELECT coalesce(sum(r.quantity), 0) AS away FROM presales_reservation r
            WHERE r.presale_id = p.id AND r.state IN ('ordered', 'bought')) a ON true
        WHERE coalesce(h.quantity, 0) <> p.units - p.back - a.away
        """,
    ),
    Check(
        "I4",
        "a deposit is in escrow exactly while it is one, and follows its order",
        "SELECT count(*) FROM presales_reservation",
        """
        SELECT 'reservation ' || r.code AS subject, r.state || ', escrow ' || coalesce(h.state, 'none') ||
            ', order ' || coalesce(o.state, 'none') AS problem
        FROM presales_reservation r
        LEFT JOIN escrow_holding h ON h.order_code = r.code
        LEFT JOIN orders_order o ON o.code = r.order_code AND o.buyer_id = r.person_id
        WHERE (r.state IN ('held', 'released') AND h.id IS NOT NULL)
           OR (r.state IN ('deposited', 'ordered') AND h.state IS DISTINCT FROM 'held')
           OR (r.state = 'forfeited' AND h.state IS DISTINCT FROM 'released')
           OR (r.state = 'refunded' AND h.state IS DISTINCT FROM 'refunded')
           OR (h.id IS NOT NULL AND h.captured_minor <> r.deposit_minor)
           OR (r.state = 'ordered' AND o.state IS DISTINCT FROM 'awaiting_payment')
           OR (r.state = 'bought' AND coalesce(o.state, '') IN
               ('', 'awaiting_payment', 'expired', 'cancelled'))
        """,
    ),
)

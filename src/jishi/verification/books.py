"""Money: the ledger against itself, and against what payments, refunds and escrow say happened."""

from jishi.verification.checks import Check

EFFECTS = """
SELECT account_id, sum(change) AS balance FROM (
    SELECT debit_id AS account_id, -amount_minor AS change FROM ledger_transfer WHERE NOT pending
    UNION ALL
    SELECT credit_id, amount_minor FROM ledger_transfer WHERE NOT pending
) AS moves GROUP BY account_id
"""

PENDING = """
SELECT t.debit_id AS account_id, sum(t.amount_minor) AS pending FROM ledger_transfer t
LEFT JOIN ledger_resolution r ON r.transfer_id = t.id
WHERE t.pending AND r.id IS NULL GROUP BY t.debit_id
"""

IN_FLIGHT = """
SELECT payload->>'intent_code' AS intent_code FROM kernel_outboxevent
WHERE topic = 'money.payment.captured' AND state <> 'done'
"""
"""Payments whose capture trade has not heard of yet."""

CHECKS: tuple[Check, ...] = (
    Check(
        "I1",
        "all accounts of a currency add up to zero",
        "SELECT count(DISTINCT currency) FROM ledger_account",
        "SELECT currency AS subject, 'sum is ' || sum(balance_minor) AS problem FROM ledger_account"
        " GROUP BY currency HAVING sum(balance_minor) <> 0",
    ),
    Check(
        "I1",
        "a transfer moves a positive amount between two accounts of one currency",
        "SELECT count(*) FROM ledger_transfer",
        "SELECT 'transfer ' || t.id AS subject,"
        " d.currency || ' to ' || c.currency || ' ' || t.amount_minor AS problem"
        " FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit_id"
        " JOIN ledger_account c ON c.id = t.credit_id"
        " WHERE d.currency <> c.currency OR t.amount_minor <= 0 OR d.id = c.id",
    ),
    Check(
        "I2",
        "a captured payment is booked once, with its amount",
        "SELECT count(*) FROM payments_capture",
        """
        SELECT 'attempt ' || a.code AS subject,
               'captured ' || c.amount_minor || ', booked ' || coalesce(sum(t.amount_minor), 0) AS problem
        FROM payments_capture c JOIN payments_attempt a ON a.id = c.attempt_id
        LEFT JOIN ledger_journal j ON j.natural_key = 'payment:' || a.code || ':capture'
        LEFT JOIN ledger_transfer t ON t.journal_id = j.id AND NOT t.pending
        GROUP BY a.code, c.amount_minor HAVING coalesce(sum(t.amount_minor), 0) <> c.amount_minor
        """,
    ),
    Check(
        "I2",
        "nothing is booked as captured that no provider captured",
        "SELECT count(*) FROM ledger_journal WHERE kind = 'payment.captured'",
        """
        SELECT j.natural_key AS subject, 'no such capture' AS problem FROM ledger_journal j
        WHERE j.kind = 'payment.captured' AND NOT EXISTS (
            SELECT 1 FROM payments_capture c JOIN payments_attempt a ON a.id = c.attempt_id
            WHERE 'payment:' || a.code || ':capture' = j.natural_key)
        """,
    ),
    Check(
        "I2",
        "a refund is booked once when due and once when sent",
        "SELECT count(*) FROM payments_refund",
        """
        SELECT 'refund ' || r.code AS subject, r.state || ', due ' || coalesce(d.amount, 0)
               || ', sent ' || coalesce(s.amount, 0) || ' of ' || r.amount_minor AS problem
        FROM payments_refund r
        LEFT JOIN LATERAL (SELECT sum(t.amount_minor) AS amount FROM ledger_journal j
            JOIN ledger_transfer t ON t.journal_id = j.id
            WHERE j.natural_key = 'refund:' || r.natural_key || ':due') d ON true
        LEFT JOIN LATERAL (SELECT sum(t.amount_minor) AS amount FROM ledger_journal j
            JOIN ledger_transfer t ON t.journal_id = j.id
            WHERE j.natural_key = 'refund:' || r.code || ':sent') s ON true
        WHERE coalesce(d.amount, 0) <> r.amount_minor
           OR coalesce(s.amount, 0) <> CASE WHEN r.state = 'succeeded' THEN r.amount_minor ELSE 0 END
        """,
    ),
    Check(
        "I3",
        "a stored balance is the sum of its transfers",
        "SELECT count(*) FROM ledger_account",
        f"""
        SELECT concat_ws(':', a.owner_kind, a.owner_key, a.purpose, a.currency) AS subject,
               'stored ' || a.balance_minor || ', recomputed ' || coalesce(e.balance, 0) AS problem
        FROM ledger_account a LEFT JOIN ({EFFECTS}) e ON e.account_id = a.id
        WHERE a.balance_minor <> coalesce(e.balance, 0)
        """,  # noqa: S608
    ),
    Check(
        "I3",
        "what an account has reserved is the sum of its open pending transfers",
        "SELECT count(*) FROM ledger_account",
        f"""
        SELECT concat_ws(':', a.owner_kind, a.owner_key, a.purpose, a.currency) AS subject,
               'stored ' || a.pending_out_minor || ', recomputed ' || coalesce(p.pending, 0) AS problem
        FROM ledger_account a LEFT JOIN ({PENDING}) p ON p.account_id = a.id
        WHERE a.pending_out_minor <> coalesce(p.pending, 0)
        """,  # noqa: S608
    ),
    Check(
        "I3",
        "no person's or shop's account is below zero",
        "SELECT count(*) FROM ledger_account WHERE owner_kind IN ('person', 'shop')",
        "SELECT concat_ws(':', owner_kind, owner_key, purpose, currency) AS subject,"
        " 'balance ' || balance_minor AS problem FROM ledger_account"
        " WHERE owner_kind IN ('person', 'shop') AND balance_minor < 0 AND floor_minor IS NOT NULL",
    ),
    Check(
        "I3",
        "a payout set its money aside once; it moved exactly if it was sent",
        "SELECT count(*) FROM wallet_payout",
        """
        SELECT 'payout ' || p.code AS subject, p.state || ' over ' || p.amount_minor || ', set aside '
            || coalesce(m.amount, 0) || ' and ' || coalesce(m.outcome, 'open') AS problem
        FROM wallet_payout p LEFT JOIN LATERAL (
            SELECT sum(t.amount_minor) AS amount, min(r.outcome) AS outcome FROM ledger_journal j
            JOIN ledger_transfer t ON t.journal_id = j.id AND t.pending
            LEFT JOIN ledger_resolution r ON r.transfer_id = t.id
            WHERE j.natural_key = 'payout:' || p.code) AS m ON true
        WHERE coalesce(m.amount, 0) <> p.amount_minor OR coalesce(m.outcome, '') IS DISTINCT FROM
            CASE p.state WHEN 'asked' THEN '' WHEN 'sent' THEN 'posted' ELSE 'voided' END
        UNION ALL
        SELECT 'journal ' || j.natural_key, 'belongs to no payout' FROM ledger_journal j
        WHERE j.kind = 'payout' AND NOT EXISTS (
            SELECT 1 FROM wallet_payout p WHERE 'payout:' || p.code = j.natural_key)
        """,
    ),
    Check(
        "I5",
        "a payment is allocated in full, and no allocation exceeds its order",
        "SELECT count(*) FROM payments_intent",
        """
        SELECT 'payment ' || i.code AS subject, 'amount ' || i.amount_minor || ', allocated ' ||
            sum(a.amount_minor) AS problem
        FROM payments_intent i JOIN payments_allocation a ON a.intent_id = i.id
        GROUP BY i.code, i.amount_minor HAVING sum(a.amount_minor) <> i.amount_minor
        UNION ALL
        SELECT 'order ' || o.code, 'total ' || o.total_minor || ', allocated ' || a.amount_minor
        FROM payments_allocation a JOIN orders_order o ON o.code = a.order_code WHERE a.amount_minor <>
            o.total_minor
        """,
    ),
    Check(
        "I5",
        "captured money is in escrow, with somebody, or on its way back, to the unit",
        "SELECT count(*) FROM payments_capture WHERE disposition = 'applied'",
        f"""
        SELECT 'payment ' || i.code AS subject,
               'captured ' || c.amount_minor || ', accounted for ' || coalesce(h.amount, 0) +
                   coalesce(r.amount, 0) AS problem
        FROM payments_capture c JOIN payments_intent i ON i.id = c.intent_id
        LEFT JOIN LATERAL (SELECT sum(captured_minor) AS amount FROM escrow_holding WHERE intent_code =
            i.code) h ON true
        LEFT JOIN LATERAL (SELECT sum(r.amount_minor) AS amount FROM payments_refund r
            WHERE r.capture_id = c.id AND NOT EXISTS (
                SELECT 1 FROM escrow_holding e WHERE e.order_code = r.order_code AND e.intent_code =
                    i.code)) r ON true
        WHERE c.disposition = 'applied' AND coalesce(h.amount, 0) + coalesce(r.amount, 0) <> c.amount_minor
          AND i.code NOT IN ({IN_FLIGHT})
        """,  # noqa: S608
    ),
    Check(
        "I5",
        "no payment gives back more than it took",
        "SELECT count(*) FROM payments_capture",
        """
        SELECT 'capture ' || c.id AS subject, 'took ' || c.amount_minor || ', gives back ' ||
            sum(r.amount_minor) AS problem
        FROM payments_capture c JOIN payments_refund r ON r.capture_id = c.id
        GROUP BY c.id HAVING sum(r.amount_minor) > c.amount_minor
        """,
    ),
    Check(
        "I6",
        "held is captured less released less refunded, and the shares agree",
        "SELECT count(*) FROM escrow_holding",
        """
        SELECT 'order ' || h.order_code AS subject, 'captured ' || h.captured_minor || ', held ' ||
            h.held_minor
               || ', released ' || h.released_minor || ', refunded ' || h.refunded_minor AS problem
        FROM escrow_holding h
        JOIN (SELECT holding_id, sum(amount_minor) AS amount, sum(released_minor) AS released,
                     sum(refunded_minor) AS refunded FROM escrow_split GROUP BY 1) s ON s.holding_id = h.id
        WHERE h.held_minor <> h.captured_minor - h.released_minor - h.refunded_minor
           OR s.amount <> h.captured_minor OR s.released <> h.released_minor OR s.refunded <>
               h.refunded_minor
        """,
    ),
    Check(
        "I6",
        "the escrow account of the books holds what the holdings say",
        "SELECT count(*) FROM ledger_account WHERE purpose = 'held' AND owner_kind = 'platform'",
        f"""
        SELECT a.currency AS subject, 'books ' || coalesce(e.balance, 0) || ', holdings ' ||
            coalesce(h.held, 0) AS problem
        FROM ledger_account a LEFT JOIN ({EFFECTS}) e ON e.account_id = a.id
        LEFT JOIN (SELECT currency, sum(held_minor) AS held FROM escrow_holding GROUP BY 1) h ON h.currency
            = a.currency
        WHERE a.owner_kind = 'platform' AND a.owner_key = 'escrow' AND a.purpose = 'held'
          AND coalesce(e.balance, 0) <> coalesce(h.held, 0)
        """,  # noqa: S608
    ),
    Check(
        "I6",
        "money rests in escrow exactly while an order is paid or shipped",
        "SELECT count(*) FROM orders_order"
        " WHERE state IN ('paid', 'shipped', 'received', 'refunding', 'refunded')",
        """
        SELECT 'order ' || o.code AS subject, o.state || ', held ' || coalesce(h.held_minor, 0) || ' of '
            || o.total_minor AS problem
        FROM orders_order o LEFT JOIN escrow_holding h ON h.order_code = o.code
        WHERE (o.state IN ('paid', 'shipped') AND coalesce(h.held_minor + h.refunded_minor, 0) <>
            o.total_minor)
           OR (o.state IN ('received', 'refunding', 'refunded') AND coalesce(h.held_minor, 0) <> 0)
           OR (o.state = 'received' AND coalesce(h.released_minor + h.refunded_minor, 0) <> o.total_minor)
           OR (o.state IN ('refunding', 'refunded') AND coalesce(h.refunded_minor, 0) <> o.total_minor)
        """,
    ),
)

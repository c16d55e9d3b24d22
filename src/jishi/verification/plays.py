"""Offers, rallies and lotteries: limits hold, helps make up what was gathered, prizes are given once."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I10",
        "what an offer counts as taken is what its seats and rallies have",
        "SELECT count(*) FROM plays_offer",
        """
        SELECT 'offer ' || o.code AS subject, 'claimed ' || o.units_claimed || ' for ' || o.budget_used_minor
            || ', held ' || coalesce(s.units, 0) + coalesce(r.units, 0) || ' for '
            || coalesce(s.discount, 0) + coalesce(r.discount, 0) AS problem
        FROM plays_offer o
        LEFT JOIN LATERAL (
            SELECT sum(s.quantity) AS units, sum(s.discount_minor) AS discount
            FROM plays_seat s JOIN plays_team t ON t.id = s.team_id
            WHERE t.offer_id = o.id AND s.state IN ('held', 'taken')
              AND s.reserved_until IS NULL) s ON true
        LEFT JOIN LATERAL (
            SELECT count(*) AS units, sum(r.discount_minor) AS discount
            FROM plays_rally r WHERE r.offer_id = o.id AND r.has_unit) r ON true
        WHERE o.units_claimed <> coalesce(s.units, 0) + coalesce(r.units, 0)
              + (SELECT coalesce(sum(s.quantity), 0) FROM plays_seat s JOIN plays_team t ON t.id = s.team_id
                 WHERE t.offer_id = o.id AND s.keeps_place AND s.drawn = '')
           OR (o.stock_limit IS NOT NULL AND o.units_claimed > o.stock_limit)
           OR (o.budget_minor IS NOT NULL AND o.budget_used_minor > o.budget_minor)
        """,
    ),
    Check(
        "I10",
        "a seat that is reserved has no order yet, and a held one without an order is reserved",
        "SELECT count(*) FROM plays_seat WHERE state = 'held'",
        """
        SELECT 'team ' || t.code AS subject, 'seat ' || s.order_code || CASE WHEN o.id IS NULL
            THEN ' waits for no order' ELSE ' is reserved beside its order' END AS problem
        FROM plays_seat s JOIN plays_team t ON t.id = s.team_id
        LEFT JOIN orders_order o ON o.code = s.order_code
        WHERE s.state = 'held' AND (s.reserved_until IS NULL) = (o.id IS NULL)
        """,
    ),
    Check(
        "I10",
        "a rally has gathered what its helps gave, never more than its goal",
        "SELECT count(*) FROM plays_rally",
        """
        SELECT 'rally ' || r.code AS subject, r.state || ' with ' || r.gained || ' of ' || r.goal || ' by '
            || r.helps_counted || ', helps gave ' || coalesce(h.amount, 0) || ' by ' || coalesce(h.n, 0) AS
            problem
        FROM plays_rally r LEFT JOIN LATERAL (
            SELECT sum(amount) AS amount, count(*) FILTER (WHERE NOT is_first) AS n
            FROM plays_help WHERE rally_id = r.id AND state = 'counted') h ON true
        WHERE r.gained <> coalesce(h.amount, 0) OR r.helps_counted <> coalesce(h.n, 0) OR r.gained > r.goal
           OR r.helps_kept <> (SELECT count(*) FROM plays_help WHERE rally_id = r.id AND state = 'kept')
        """,
    ),
    Check(
        "I10",
        "what a rally earned is an order of its starter, at no less than its floor",
        "SELECT count(*) FROM plays_rally WHERE state = 'bought'",
        """
        SELECT 'rally ' || r.code AS subject, 'order ' || r.order_code || ' ' || coalesce(o.state, 'is
        missing')
            || ', goods ' || coalesce(o.goods_minor - o.discount_minor, 0) AS problem
        FROM plays_rally r LEFT JOIN orders_order o ON o.code = r.order_code
        WHERE r.state = 'bought' AND (o.id IS NULL OR o.buyer_id <> r.starter_id OR o.paid_at IS NULL
            OR o.goods_minor - o.discount_minor < r.floor_minor)
        """,
    ),
    Check(
        "I10",
        "a team's draw gave the goods to as many as were promised, everybody else is paid back",
        "SELECT count(*) FROM plays_seat WHERE drawn <> ''",
        """
        SELECT 'team ' || t.code AS subject, 'seat of order ' || s.order_code || ' is ' || s.state || ', '
            || s.drawn AS problem
        FROM plays_seat s JOIN plays_team t ON t.id = s.team_id
        WHERE s.drawn = 'lost' AND s.state NOT IN ('refund_due', 'refunding', 'refunded')
        """,
    ),
    Check(
        "I10",
        "no prize was given more often than there is, nobody won more often than allowed",
        "SELECT count(*) FROM lotteries_win",
        """
        SELECT 'lottery ' || l.code AS subject, 'prize ' || p.position || ': ' || p.awarded || ' of '
            || p.quantity || ', wins ' || coalesce(w.n, 0) AS problem
        FROM lotteries_prize p JOIN lotteries_lottery l ON l.id = p.lottery_id LEFT JOIN LATERAL (
            SELECT count(*) AS n FROM lotteries_win WHERE prize_id = p.id AND state <> 'lapsed') w ON true
        WHERE p.awarded <> coalesce(w.n, 0) OR p.awarded > p.quantity
        UNION ALL
        SELECT 'lottery ' || l.code, 'person ' || w.person_id || ' won ' || count(*)
        FROM lotteries_win w JOIN lotteries_lottery l ON l.id = w.lottery_id
        GROUP BY l.code, l.wins_per_person, w.person_id HAVING count(*) > l.wins_per_person
        """,
    ),
    Check(
        "I10",
        "entries of a lottery are numbered without a gap and all are in its draw",
        "SELECT count(*) FROM lotteries_lottery",
        """
        SELECT 'lottery ' || l.code AS subject, l.entries_count || ' counted, ' || count(e.id) || ' there' AS
        problem
        FROM lotteries_lottery l LEFT JOIN lotteries_entry e ON e.lottery_id = l.id
        GROUP BY l.id HAVING l.entries_count <> count(e.id) OR coalesce(max(e.number), 0) <> count(e.id)
           OR (l.state IN ('drawn', 'closed') AND l.entries_digest <> encode(sha256(convert_to(
               coalesce(string_agg(e.code, E'\\n' ORDER BY e.code COLLATE "C"), ''), 'UTF8')), 'hex'))
        """,
    ),
)

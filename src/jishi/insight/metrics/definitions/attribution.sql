-- Who brought an order: every link its buyer opened before paying is a touch. Amounts are split in whole minor
-- units by cumulative shares, so that each model adds up to what was paid, to the cent.
--with
paid AS (
    SELECT order_code, user_id, currency, min(at_us) AS paid_us, sum(amount_minor) AS amount_minor
    FROM events
    WHERE kind = 'order_paid' AND day_n >= :since AND day_n <= :until AND :filters
    GROUP BY order_code, user_id, currency
),
touches AS (
    SELECT user_id, from_user_id, at_us, min(event_id) AS event_id
    FROM events
    WHERE kind = 'share_visited' AND from_user_id <> 0 AND from_user_id <> user_id
        AND day_n >= :since - :lookback_days AND day_n <= :until
    GROUP BY user_id, from_user_id, at_us
),
met AS (
    SELECT p.order_code AS order_code, p.currency AS currency, p.amount_minor AS amount_minor,
        t.from_user_id AS sharer_id,
        row_number() OVER (PARTITION BY p.order_code, p.currency ORDER BY t.at_us, t.event_id) AS place,
        count(*) OVER (PARTITION BY p.order_code, p.currency) AS n
    FROM paid p JOIN touches t ON t.user_id = p.user_id
    WHERE t.at_us <= p.paid_us AND t.at_us >= p.paid_us - :lookback_us
),
credited AS (
    SELECT order_code, currency, sharer_id,
        CASE WHEN place = 1 THEN amount_minor ELSE 0 END AS first_minor,
        CASE WHEN place = n THEN amount_minor ELSE 0 END AS last_minor,
        CAST(floor(amount_minor * place / n) - floor(amount_minor * (place - 1) / n) AS BIGINT) AS linear_minor,
        CAST(CASE
            WHEN n <= 2 THEN floor(amount_minor * place / n) - floor(amount_minor * (place - 1) / n)
            WHEN place = 1 THEN floor(amount_minor * 4 / 10)
            WHEN place = n THEN amount_minor - floor(amount_minor * 6 / 10)
            ELSE floor(amount_minor * (2 * (n - 2) + place - 1) / (5 * (n - 2)))
                - floor(amount_minor * (2 * (n - 2) + place - 2) / (5 * (n - 2)))
        END AS BIGINT) AS position_minor
    FROM met
),
per_order AS (
    SELECT sharer_id, currency, order_code, sum(first_minor) AS first_minor, sum(last_minor) AS last_minor,
        sum(linear_minor) AS linear_minor, sum(position_minor) AS position_minor
    FROM credited
    GROUP BY sharer_id, currency, order_code
)
--result
SELECT sharer_id, currency, count(*) AS orders, sum(first_minor) AS first_minor, sum(last_minor) AS last_minor,
    sum(linear_minor) AS linear_minor, sum(position_minor) AS position_minor
FROM per_order
GROUP BY sharer_id, currency
ORDER BY 5 DESC, 6 DESC, 1, 2
LIMIT :most
--people
SELECT DISTINCT user_id FROM paid
WHERE order_code IN (SELECT order_code FROM per_order WHERE sharer_id = :cell_sharer_id AND currency = :cell_currency)
--orders
SELECT order_code FROM per_order WHERE sharer_id = :cell_sharer_id AND currency = :cell_currency

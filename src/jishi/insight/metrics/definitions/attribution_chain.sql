-- Who stands on the way of an order: the maker of the last link its buyer opened, who brought them, and so on up
-- to four. The one at the top is first, the one whose link was opened is last.
--with
paid AS (
    SELECT order_code, user_id, currency, min(at_us) AS paid_us, sum(amount_minor) AS amount_minor
    FROM events
    WHERE kind = 'order_paid' AND day_n >= :since AND day_n <= :until AND :filters
    GROUP BY order_code, user_id, currency
),
touches AS (
    SELECT user_id, from_user_id, concat(product, '/', note, '/', shop) AS thing, at_us, event_id
    FROM events
    WHERE kind = 'share_visited' AND from_user_id <> 0 AND from_user_id <> user_id
        AND day_n >= :since - :lookback_days AND day_n <= :until
),
ranked AS (
    SELECT p.order_code AS order_code, p.currency AS currency, p.user_id AS user_id,
        p.amount_minor AS amount_minor, t.from_user_id AS c1, t.thing AS thing,
        row_number() OVER (PARTITION BY p.order_code, p.currency ORDER BY t.at_us DESC, t.event_id DESC) AS n
    FROM paid p JOIN touches t ON t.user_id = p.user_id
    WHERE t.at_us <= p.paid_us AND t.at_us >= p.paid_us - :lookback_us
),
numbered AS (
    SELECT user_id, concat(product, '/', note, '/', shop) AS thing, from_user_id,
        row_number() OVER (PARTITION BY user_id, product, note, shop ORDER BY at_us, event_id) AS n
    FROM events
    WHERE kind = 'share_created' AND day_n <= :until
),
brought AS (SELECT user_id, thing, from_user_id FROM numbered WHERE n = 1 AND from_user_id <> 0),
k1 AS (SELECT order_code, currency, user_id, amount_minor, thing, c1 FROM ranked WHERE n = 1)
--each n 2 4
,
k{n} AS (
    SELECT k{m}.*, coalesce(b{n}.from_user_id, 0) AS c{n}
    FROM k{m} LEFT JOIN brought b{n} ON b{n}.user_id = k{m}.c{m} AND b{n}.thing = k{m}.thing
)
--end
,
sized AS (
    SELECT order_code, currency, amount_minor, c1, c2, c3, c4,
        CASE WHEN c2 = 0 THEN 1 WHEN c3 = 0 THEN 2 WHEN c4 = 0 THEN 3 ELSE 4 END AS n
    FROM k4
),
met AS (
    SELECT order_code, currency, amount_minor, n, n AS place, c1 AS sharer_id FROM sized
    UNION ALL SELECT order_code, currency, amount_minor, n, n - 1, c2 FROM sized WHERE n >= 2
    UNION ALL SELECT order_code, currency, amount_minor, n, n - 2, c3 FROM sized WHERE n >= 3
    UNION ALL SELECT order_code, currency, amount_minor, n, n - 3, c4 FROM sized WHERE n >= 4
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
            WHEN n = 3 THEN floor(amount_minor * 6 / 10) - floor(amount_minor * 4 / 10)
            WHEN place = 2 THEN floor(amount_minor * 5 / 10) - floor(amount_minor * 4 / 10)
            ELSE floor(amount_minor * 6 / 10) - floor(amount_minor * 5 / 10)
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

-- How many people bought once, twice, three times … in the period, and what they paid.
--with
per_order AS (
    SELECT user_id, currency, order_code, sum(amount_minor) AS amount_minor
    FROM events
    WHERE kind = 'order_paid' AND day_n >= :since AND day_n <= :until AND :filters
    GROUP BY user_id, currency, order_code
),
each_one AS (
    SELECT user_id, currency, count(*) AS n, sum(amount_minor) AS amount_minor
    FROM per_order
    GROUP BY user_id, currency
),
capped AS (
    SELECT user_id, currency, n, CASE WHEN n < :most THEN n ELSE :most END AS times, amount_minor FROM each_one
)
--result
SELECT times, currency, count(*) AS people, sum(n) AS orders, sum(amount_minor) AS gmv_minor
FROM capped
GROUP BY times, currency
ORDER BY 2, 1
--people
SELECT user_id FROM capped WHERE times = :cell_times AND currency = :cell_currency
--orders
SELECT p.order_code AS order_code
FROM per_order p JOIN capped c ON c.user_id = p.user_id AND c.currency = p.currency
WHERE c.times = :cell_times AND c.currency = :cell_currency

-- What was paid, as people x orders per person x amount per order.
--with
paid AS (
    SELECT :grain AS bucket, :by AS part, currency, user_id, order_code, amount_minor
    FROM events
    WHERE kind = 'order_paid' AND day_n >= :since AND day_n <= :until AND :filters
),
by_order AS (
    SELECT bucket, part, currency, user_id, order_code, sum(amount_minor) AS amount_minor
    FROM paid
    GROUP BY bucket, part, currency, user_id, order_code
),
by_person AS (
    SELECT bucket, part, currency, user_id, count(*) AS orders, sum(amount_minor) AS amount_minor
    FROM by_order
    GROUP BY bucket, part, currency, user_id
),
totals AS (
    SELECT bucket, part, currency, count(*) AS people, sum(orders) AS orders, sum(amount_minor) AS gmv_minor
    FROM by_person
    GROUP BY bucket, part, currency
)
--result
SELECT bucket, part, currency, people, orders, gmv_minor,
    CAST(floor(orders * 100 / people) AS BIGINT) AS orders_per_person_pct,
    CAST(floor(gmv_minor / orders) AS BIGINT) AS amount_per_order_minor
FROM totals
ORDER BY 1, 2, 3
--people
SELECT DISTINCT user_id FROM paid
WHERE bucket = :cell_bucket AND part = :cell_part AND currency = :cell_currency
--orders
SELECT DISTINCT order_code FROM paid
WHERE bucket = :cell_bucket AND part = :cell_part AND currency = :cell_currency

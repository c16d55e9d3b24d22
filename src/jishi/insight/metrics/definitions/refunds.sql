-- Of the orders paid, those whose money went back, by the moment of payment.
--with
paid AS (
    SELECT :grain AS bucket, :by AS part, currency, user_id, order_code, amount_minor
    FROM events
    WHERE kind = 'order_paid' AND day_n >= :since AND day_n <= :until AND :filters
),
by_order AS (
    SELECT bucket, part, currency, order_code, min(user_id) AS user_id, sum(amount_minor) AS amount_minor
    FROM paid
    GROUP BY bucket, part, currency, order_code
),
returned AS (SELECT DISTINCT order_code FROM events WHERE kind = 'order_refunded' AND day_n >= :since),
marked AS (
    SELECT b.bucket AS bucket, b.part AS part, b.currency AS currency, b.order_code AS order_code,
        b.user_id AS user_id, b.amount_minor AS amount_minor,
        CASE WHEN r.order_code IS NULL THEN 0 ELSE 1 END AS is_back
    FROM by_order b LEFT JOIN returned r ON r.order_code = b.order_code
),
totals AS (
    SELECT bucket, part, currency, count(*) AS orders, sum(is_back) AS refunded,
        sum(amount_minor) AS gmv_minor, sum(is_back * amount_minor) AS refunded_minor
    FROM marked
    GROUP BY bucket, part, currency
)
--result
SELECT bucket, part, currency, orders, refunded, gmv_minor, refunded_minor,
    CAST(floor(refunded * 10000 / orders) AS BIGINT) AS rate_bps
FROM totals
ORDER BY 1, 2, 3
--people
SELECT DISTINCT user_id FROM marked
WHERE bucket = :cell_bucket AND part = :cell_part AND currency = :cell_currency AND is_back = 1
--orders
SELECT DISTINCT order_code FROM marked
WHERE bucket = :cell_bucket AND part = :cell_part AND currency = :cell_currency AND is_back = 1

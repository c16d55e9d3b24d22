-- Of what was paid, the part that came through somebody's link.
--with
paid AS (
    SELECT :grain AS bucket, currency, order_code, user_id, sum(amount_minor) AS amount_minor,
        max(CASE WHEN share_code <> '' OR from_user_id <> 0 THEN 1 ELSE 0 END) AS is_shared
    FROM events
    WHERE kind = 'order_paid' AND day_n >= :since AND day_n <= :until AND :filters
    GROUP BY :grain, currency, order_code, user_id
),
totals AS (
    SELECT bucket, currency, count(*) AS orders, sum(is_shared) AS shared_orders, sum(amount_minor) AS gmv_minor,
        sum(is_shared * amount_minor) AS shared_minor
    FROM paid
    GROUP BY bucket, currency
)
--result
SELECT bucket, currency, orders, shared_orders, gmv_minor, shared_minor,
    CAST(floor(shared_orders * 10000 / orders) AS BIGINT) AS orders_bps,
    CASE WHEN gmv_minor = 0 THEN 0 ELSE CAST(floor(shared_minor * 10000 / gmv_minor) AS BIGINT) END AS gmv_bps
FROM totals
ORDER BY 1, 2
--people
SELECT DISTINCT user_id FROM paid WHERE bucket = :cell_bucket AND currency = :cell_currency AND is_shared = 1
--orders
SELECT DISTINCT order_code FROM paid WHERE bucket = :cell_bucket AND currency = :cell_currency AND is_shared = 1

-- What each channel brought and what it cost. An order belongs to the latest visit with a named channel before it.
--with
mixed AS (
    SELECT user_id, at_us, channel, order_code, amount_minor,
        CASE WHEN kind = 'order_paid' THEN 2 ELSE 1 END AS step
    FROM events
    WHERE day_n >= :since - :lookback_days AND day_n <= :until AND :filters
        AND (
            (kind = 'order_paid' AND day_n >= :since AND currency = :currency)
            OR (kind IN ('page_viewed', 'product_viewed', 'note_viewed', 'share_visited', 'push_opened', 'mail_opened')
                AND channel NOT IN ('', 'direct'))
        )
),
running AS (
    SELECT user_id, at_us, channel, order_code, amount_minor, step,
        max(CASE WHEN step = 1 THEN at_us ELSE 0 END) OVER (
            PARTITION BY user_id ORDER BY at_us, step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS touch_us
    FROM mixed
),
touches AS (
    SELECT user_id, at_us, min(channel) AS touched FROM mixed WHERE step = 1 GROUP BY user_id, at_us
),
credited AS (
    SELECT r.user_id AS user_id, r.order_code AS order_code, r.amount_minor AS amount_minor,
        coalesce(t.touched, 'direct') AS via
    FROM running r
    LEFT JOIN touches t ON t.user_id = r.user_id AND t.at_us = r.touch_us
        AND r.touch_us >= r.at_us - :lookback_us
    WHERE r.step = 2
),
per_order AS (
    SELECT via, user_id, order_code, sum(amount_minor) AS amount_minor
    FROM credited
    GROUP BY via, user_id, order_code
),
visitors AS (
    SELECT channel, count(*) AS visitors
    FROM (
        SELECT DISTINCT channel, user_id FROM mixed WHERE step = 1 AND at_us >= :since * 86400000000 - :zone_us
    ) AS seen
    GROUP BY channel
),
sales AS (
    SELECT via, count(*) AS buyers, sum(orders) AS orders, sum(amount_minor) AS gmv_minor
    FROM (
        SELECT via, user_id, count(*) AS orders, sum(amount_minor) AS amount_minor
        FROM per_order
        GROUP BY via, user_id
    ) AS people
    GROUP BY via
),
named AS (SELECT channel FROM visitors UNION ALL SELECT via FROM sales),
rows_of AS (
    SELECT n.channel AS channel, coalesce(v.visitors, 0) AS visitors, coalesce(s.buyers, 0) AS buyers,
        coalesce(s.orders, 0) AS orders, coalesce(s.gmv_minor, 0) AS gmv_minor
    FROM (SELECT DISTINCT channel FROM named) AS n
    LEFT JOIN visitors v ON v.channel = n.channel
    LEFT JOIN sales s ON s.via = n.channel
),
spent AS (SELECT channel, visitors, buyers, orders, gmv_minor, :costs AS cost_minor FROM rows_of)
--result
SELECT channel, visitors, buyers, orders, gmv_minor, cost_minor,
    CASE WHEN orders = 0 THEN 0 ELSE CAST(floor(cost_minor / orders) AS BIGINT) END AS cost_per_order_minor,
    CASE WHEN cost_minor = 0 THEN 0
        ELSE CAST(floor((gmv_minor - cost_minor) * 10000 / cost_minor) AS BIGINT) END AS return_bps
FROM spent
ORDER BY gmv_minor DESC, channel
--people
SELECT DISTINCT user_id FROM per_order WHERE via = :cell_channel
--orders
SELECT DISTINCT order_code FROM per_order WHERE via = :cell_channel

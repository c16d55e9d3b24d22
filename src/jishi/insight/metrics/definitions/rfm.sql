-- Buyers in fifths by how recently, how often and for how much they bought. Equals are told apart by number, so
-- that every run and every engine sorts alike. Five is best.
--with
bought AS (
    SELECT user_id, max(at_us) AS last_us, count(*) AS orders, sum(amount_minor) AS amount_minor
    FROM (
        SELECT user_id, order_code, max(at_us) AS at_us, sum(amount_minor) AS amount_minor
        FROM events
        WHERE kind = 'order_paid' AND currency = :currency AND day_n >= :since AND day_n <= :until AND :filters
        GROUP BY user_id, order_code
    ) AS per_order
    GROUP BY user_id
),
scored AS (
    SELECT user_id, orders, amount_minor,
        ntile(5) OVER (ORDER BY last_us, user_id) AS recency,
        ntile(5) OVER (ORDER BY orders, user_id) AS frequency,
        ntile(5) OVER (ORDER BY amount_minor, user_id) AS money
    FROM bought
)
--result
SELECT recency, frequency, money, count(*) AS people, sum(orders) AS orders, sum(amount_minor) AS gmv_minor
FROM scored
GROUP BY recency, frequency, money
ORDER BY 1, 2, 3
--people
SELECT user_id FROM scored
WHERE recency = :cell_recency AND frequency = :cell_frequency AND money = :cell_money

-- Which goods are bought together, by order or by person. Of a basket the fifty smallest numbers count.
--with
baskets AS (
    SELECT DISTINCT CASE WHEN :scope = 'order' THEN order_code ELSE concat('u', buyer) END AS basket, product_id,
        user_id, order_code
    FROM events
    WHERE kind = 'order_paid' AND product_id <> 0 AND day_n >= :since AND day_n <= :until AND :filters
),
unique_goods AS (SELECT DISTINCT basket, product_id FROM baskets),
capped AS (
    SELECT basket, product_id, row_number() OVER (PARTITION BY basket ORDER BY product_id) AS n FROM unique_goods
),
goods AS (SELECT basket, product_id FROM capped WHERE n <= 50),
popular AS (SELECT product_id, count(*) AS n FROM goods GROUP BY product_id HAVING count(*) >= :least),
lines AS (SELECT g.basket AS basket, g.product_id AS product_id FROM goods g JOIN popular p ON p.product_id = g.product_id),
total AS (SELECT count(*) AS n FROM (SELECT DISTINCT basket FROM goods) AS every_basket),
pairs AS (
    SELECT a.product_id AS product_id, b.product_id AS with_id, count(*) AS together
    FROM lines a JOIN lines b ON b.basket = a.basket
    WHERE a.product_id < b.product_id
    GROUP BY a.product_id, b.product_id
    HAVING count(*) >= :least
)
--result
SELECT pairs.product_id AS product_id, pairs.with_id AS with_id, pairs.together AS together,
    CAST(floor(pairs.together * 10000 / ci.n) AS BIGINT) AS confidence_bps,
    CAST(floor(pairs.together * 1000 * total.n / (ci.n * cj.n)) AS BIGINT) AS lift_milli
FROM pairs
JOIN popular ci ON ci.product_id = pairs.product_id
JOIN popular cj ON cj.product_id = pairs.with_id
CROSS JOIN total
ORDER BY 5 DESC, 3 DESC, 1, 2
LIMIT :most
--people
SELECT DISTINCT x.user_id AS user_id
FROM baskets x JOIN baskets y ON y.basket = x.basket
WHERE x.product_id = :cell_product_id AND y.product_id = :cell_with_id
--orders
SELECT DISTINCT x.order_code AS order_code
FROM baskets x JOIN baskets y ON y.basket = x.basket
WHERE x.product_id = :cell_product_id AND y.product_id = :cell_with_id

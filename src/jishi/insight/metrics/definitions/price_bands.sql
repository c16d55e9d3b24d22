-- What was paid for one piece, in bands.
--with
paid AS (
    SELECT currency, user_id, order_code, quantity, amount_minor,
        CAST(floor(amount_minor / CASE WHEN quantity < 1 THEN 1 ELSE quantity END) AS BIGINT) AS unit_minor
    FROM events
    WHERE kind = 'order_paid' AND day_n >= :since AND day_n <= :until AND :filters
),
banded AS (SELECT currency, user_id, order_code, quantity, amount_minor, :edges AS band_minor FROM paid),
by_order AS (
    SELECT band_minor, currency, order_code, sum(quantity) AS pieces, sum(amount_minor) AS amount_minor
    FROM banded
    GROUP BY band_minor, currency, order_code
),
a AS (
    SELECT band_minor, currency, count(*) AS orders, sum(pieces) AS pieces, sum(amount_minor) AS gmv_minor
    FROM by_order
    GROUP BY band_minor, currency
),
b AS (
    SELECT band_minor, currency, count(*) AS people
    FROM (SELECT DISTINCT band_minor, currency, user_id FROM banded) AS buyers
    GROUP BY band_minor, currency
)
--result
SELECT a.band_minor AS band_minor, a.currency AS currency, b.people AS people, a.orders AS orders,
    a.pieces AS pieces, a.gmv_minor AS gmv_minor
FROM a JOIN b ON b.band_minor = a.band_minor AND b.currency = a.currency
ORDER BY 2, 1
--people
SELECT DISTINCT user_id FROM banded WHERE band_minor = :cell_band_minor AND currency = :cell_currency
--orders
SELECT DISTINCT order_code FROM banded WHERE band_minor = :cell_band_minor AND currency = :cell_currency

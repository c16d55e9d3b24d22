-- How often something happened, and how many people did it.
--with
picked AS (
    SELECT :grain AS bucket, :by AS part, user_id, order_code
    FROM events
    WHERE kind = :kind AND day_n >= :since AND day_n <= :until AND :filters
),
totals AS (SELECT bucket, part, count(*) AS times FROM picked GROUP BY bucket, part),
doers AS (
    SELECT bucket, part, count(*) AS people
    FROM (SELECT DISTINCT bucket, part, user_id FROM picked) AS seen
    GROUP BY bucket, part
)
--result
SELECT t.bucket AS bucket, t.part AS part, t.times AS times, d.people AS people
FROM totals t JOIN doers d ON t.bucket = d.bucket AND t.part = d.part
ORDER BY 1, 2
--people
SELECT DISTINCT user_id FROM picked WHERE bucket = :cell_bucket AND part = :cell_part
--orders
SELECT DISTINCT order_code FROM picked WHERE bucket = :cell_bucket AND part = :cell_part AND order_code <> ''

-- On how many days of the period each person was active, counted.
--with
days AS (
    SELECT DISTINCT user_id, day_n
    FROM events
    WHERE day_n >= :since AND day_n <= :until AND (:kind = '' OR kind = :kind) AND :filters
),
each_one AS (SELECT user_id, count(*) AS active_days FROM days GROUP BY user_id)
--result
SELECT active_days, count(*) AS people FROM each_one GROUP BY active_days ORDER BY 1
--people
SELECT user_id FROM each_one WHERE active_days = :cell_active_days

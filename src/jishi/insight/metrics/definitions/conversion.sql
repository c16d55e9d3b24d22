-- Of the people who did the first thing, those who did the second one in time.
-- What the second thing is credited to is the latest first thing before it.
--with
both_kinds AS (
    SELECT user_id, at_us, :by AS part, CASE WHEN kind = :first THEN 1 ELSE 2 END AS step
    FROM events
    WHERE kind IN (:first, :second) AND day_n >= :since AND day_n <= :until AND :filters
),
running AS (
    SELECT user_id, at_us, part, step,
        max(CASE WHEN step = 1 THEN at_us ELSE 0 END) OVER (
            PARTITION BY user_id ORDER BY at_us, step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS first_us
    FROM both_kinds
),
starters AS (SELECT DISTINCT user_id, part FROM both_kinds WHERE step = 1),
done AS (
    SELECT DISTINCT r.user_id AS user_id, f.part AS part
    FROM running r
    JOIN both_kinds f ON f.user_id = r.user_id AND f.at_us = r.first_us AND f.step = 1
    WHERE r.step = 2 AND r.first_us >= r.at_us - :window_us
),
a AS (SELECT part, count(*) AS people FROM starters GROUP BY part),
b AS (SELECT part, count(*) AS converted FROM done GROUP BY part)
--result
SELECT a.part AS part, a.people AS people, coalesce(b.converted, 0) AS converted,
    CAST(floor(coalesce(b.converted, 0) * 10000 / a.people) AS BIGINT) AS rate_bps
FROM a LEFT JOIN b ON b.part = a.part
ORDER BY people DESC, part
--people
SELECT DISTINCT user_id FROM done WHERE part = :cell_part

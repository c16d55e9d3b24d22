-- The repeat-purchase curve: of the first-time buyers who can be watched for so many weeks, those who bought
-- again within them. Several payments on one day are one purchase.
--with
days AS (
    SELECT DISTINCT user_id, day_n
    FROM events
    WHERE kind = 'order_paid' AND day_n <= :until AND :filters
),
numbered AS (
    SELECT user_id, day_n, row_number() OVER (PARTITION BY user_id ORDER BY day_n) AS n FROM days
),
buyers AS (
    SELECT user_id, min(day_n) AS first_n, min(CASE WHEN n = 2 THEN day_n ELSE 99999999 END) AS second_n
    FROM numbered
    WHERE n <= 2
    GROUP BY user_id
),
cohort AS (
    SELECT user_id, first_n, second_n, second_n - first_n AS gap
    FROM buyers
    WHERE first_n >= :since AND first_n <= :joined_until
),
weeks AS (
    SELECT 0 AS week
--each n 1 :periods
    UNION ALL SELECT {n}
--end
),
curve AS (
    SELECT w.week AS week, count(*) AS people,
        sum(CASE WHEN c.gap <= w.week * 7 THEN 1 ELSE 0 END) AS repeated
    FROM weeks w CROSS JOIN cohort c
    WHERE c.first_n + w.week * 7 <= :until
    GROUP BY w.week
)
--result
SELECT week, people, repeated, CAST(floor(repeated * 10000 / people) AS BIGINT) AS rate_bps FROM curve ORDER BY 1
--people
SELECT user_id FROM cohort WHERE gap <= :cell_week * 7 AND first_n + :cell_week * 7 <= :until

-- People active on a day, in the seven days and in the thirty days that end with it.
-- A person's active day covers the days until their next one, at most the window: counting where these stretches
-- begin and end gives rolling distinct people without asking for every day anew.
--with
days AS (
    SELECT DISTINCT user_id, day_n
    FROM events
    WHERE day_n >= :since - 29 AND day_n <= :until AND (:kind = '' OR kind = :kind) AND :filters
),
stretches AS (
    SELECT user_id, day_n,
        coalesce(nullif(min(day_n) OVER (
            PARTITION BY user_id ORDER BY day_n ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING
        ), 0), 99999999) AS next_n
    FROM days
),
moves AS (
    SELECT day_n AS at_n, 1 AS d, 1 AS w, 1 AS m FROM stretches
    UNION ALL SELECT day_n + 1, -1, 0, 0 FROM stretches
    UNION ALL SELECT CASE WHEN next_n < day_n + 7 THEN next_n ELSE day_n + 7 END, 0, -1, 0 FROM stretches
    UNION ALL SELECT CASE WHEN next_n < day_n + 30 THEN next_n ELSE day_n + 30 END, 0, 0, -1 FROM stretches
),
per_day AS (SELECT at_n, sum(d) AS d, sum(w) AS w, sum(m) AS m FROM moves GROUP BY at_n),
rolled AS (
    SELECT at_n,
        sum(d) OVER (ORDER BY at_n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS daily,
        sum(w) OVER (ORDER BY at_n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS weekly,
        sum(m) OVER (ORDER BY at_n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS monthly
    FROM per_day
)
--result
SELECT at_n AS day, daily, weekly, monthly,
    CASE WHEN monthly = 0 THEN 0 ELSE CAST(floor(daily * 10000 / monthly) AS BIGINT) END AS stickiness_bps
FROM rolled
WHERE at_n >= :since AND at_n <= :until
ORDER BY 1
--people
SELECT DISTINCT user_id FROM days WHERE day_n = :cell_day

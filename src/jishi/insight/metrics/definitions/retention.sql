-- Of the people who came for the first time in a period, those who came again in each later one.
--with
firsts AS (
    SELECT user_id, min(:grain) AS cohort
    FROM events
    WHERE day_n <= :until AND (:first = '' OR kind = :first) AND :filters
    GROUP BY user_id
),
seen AS (
    SELECT DISTINCT user_id, :grain AS bucket
    FROM events
    WHERE day_n >= :since AND day_n <= :until AND (:again = '' OR kind = :again) AND :filters
),
kept AS (
    SELECT f.cohort AS cohort, s.bucket - f.cohort AS later, f.user_id AS user_id
    FROM firsts f JOIN seen s ON s.user_id = f.user_id
    WHERE f.cohort >= :since_bucket AND f.cohort < :since_bucket + :periods
        AND s.bucket >= f.cohort AND s.bucket < f.cohort + :periods
),
sizes AS (
    SELECT cohort, count(*) AS size
    FROM firsts
    WHERE cohort >= :since_bucket AND cohort < :since_bucket + :periods
    GROUP BY cohort
),
cells AS (SELECT cohort, later, count(*) AS people FROM kept GROUP BY cohort, later)
--result
SELECT c.cohort AS cohort, c.later AS later, s.size AS size, c.people AS people,
    CAST(floor(c.people * 10000 / s.size) AS BIGINT) AS rate_bps
FROM cells c JOIN sizes s ON s.cohort = c.cohort
ORDER BY 1, 2
--people
SELECT user_id FROM kept WHERE cohort = :cell_cohort AND later = :cell_later

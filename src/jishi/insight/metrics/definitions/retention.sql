-- Of the people who came for the first time in a period, those who came again in each later one.
--with
here AS (
    SELECT user_id, :grain AS bucket,
        max(CASE WHEN :first = '' OR kind = :first THEN 1 ELSE 0 END) AS is_first,
        max(CASE WHEN :again = '' OR kind = :again THEN 1 ELSE 0 END) AS is_again
    FROM events
    WHERE day_n <= :until AND :filters
    GROUP BY user_id, :grain
),
firsts AS (SELECT user_id, min(bucket) AS cohort FROM here WHERE is_first = 1 GROUP BY user_id),
kept AS (
    SELECT f.cohort AS cohort, h.bucket - f.cohort AS later, f.user_id AS user_id
    FROM firsts f JOIN here h ON h.user_id = f.user_id
    WHERE f.cohort >= :since_bucket AND f.cohort < :since_bucket + :periods AND h.is_again = 1
        AND h.bucket >= f.cohort AND h.bucket < f.cohort + :periods
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

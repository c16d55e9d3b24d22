-- How far links travel: who shared, whom they reached, and how many of those went on (the K-factor).
--with
shared AS (
    SELECT :grain AS bucket, user_id, share_code
    FROM events
    WHERE kind = 'share_created' AND day_n >= :since AND day_n <= :until AND :filters
),
visited AS (
    SELECT :grain AS bucket, user_id, share_code, at_us
    FROM events
    WHERE kind = 'share_visited' AND day_n >= :since AND day_n <= :until AND :filters
),
first_visit AS (SELECT bucket, user_id, min(at_us) AS at_us FROM visited GROUP BY bucket, user_id),
went_on AS (
    SELECT DISTINCT v.bucket AS bucket, v.user_id AS user_id
    FROM first_visit v
    JOIN events e ON e.user_id = v.user_id
    WHERE e.kind = :outcome AND e.day_n >= :since AND e.day_n <= :until AND e.at_us > v.at_us
),
a AS (
    SELECT bucket, count(*) AS sharers, sum(n) AS links
    FROM (
        SELECT bucket, user_id, count(*) AS n
        FROM (SELECT DISTINCT bucket, user_id, share_code FROM shared) AS made
        GROUP BY bucket, user_id
    ) AS makers
    GROUP BY bucket
),
b AS (SELECT bucket, count(*) AS reach FROM first_visit GROUP BY bucket),
v AS (SELECT bucket, count(*) AS visits FROM visited GROUP BY bucket),
c AS (SELECT bucket, count(*) AS went_on FROM went_on GROUP BY bucket)
--result
SELECT a.bucket AS bucket, a.sharers AS sharers, a.links AS links,
    coalesce(v.visits, 0) AS visits, coalesce(b.reach, 0) AS reach, coalesce(c.went_on, 0) AS went_on,
    CAST(floor(coalesce(b.reach, 0) * 1000 / a.sharers) AS BIGINT) AS reach_per_sharer_milli,
    CAST(floor(coalesce(c.went_on, 0) * 1000 / a.sharers) AS BIGINT) AS k_milli
FROM a
LEFT JOIN b ON b.bucket = a.bucket
LEFT JOIN v ON v.bucket = a.bucket
LEFT JOIN c ON c.bucket = a.bucket
ORDER BY 1
--people
SELECT DISTINCT user_id FROM went_on WHERE bucket = :cell_bucket

-- Of the people who saw notes, those who liked, kept, commented or passed one on.
--with
picked AS (
    SELECT :grain AS bucket, :by AS part, user_id,
        CASE WHEN kind IN ('note_exposed', 'note_viewed') THEN 1 ELSE 0 END AS is_view,
        CASE WHEN kind IN ('note_exposed', 'note_viewed') THEN 0 ELSE 1 END AS is_act
    FROM events
    WHERE kind IN ('note_exposed', 'note_viewed', 'note_liked', 'note_favourited', 'note_commented', 'note_reposted')
        AND day_n >= :since AND day_n <= :until AND :filters
),
each_one AS (
    SELECT bucket, part, user_id, sum(is_view) AS views, sum(is_act) AS acts
    FROM picked
    GROUP BY bucket, part, user_id
),
totals AS (
    SELECT bucket, part, sum(views) AS views, sum(acts) AS acts,
        sum(CASE WHEN views > 0 THEN 1 ELSE 0 END) AS reached,
        sum(CASE WHEN views > 0 AND acts > 0 THEN 1 ELSE 0 END) AS engaged
    FROM each_one
    GROUP BY bucket, part
)
--result
SELECT bucket, part, reached, engaged, views, acts,
    CASE WHEN reached = 0 THEN 0 ELSE CAST(floor(engaged * 10000 / reached) AS BIGINT) END AS rate_bps
FROM totals
ORDER BY 1, 2
--people
SELECT user_id FROM each_one
WHERE bucket = :cell_bucket AND part = :cell_part AND views > 0 AND acts > 0

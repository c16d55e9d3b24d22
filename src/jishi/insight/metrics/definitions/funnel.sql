-- How far people came through the steps, in order, all within the window of a first step. Every first step may
-- start a passage: s1 is the latest start so far, s2 the latest start from which step two was reached in time, and
-- so on. Events of one instant count in the order of the steps (the key k carries both); without that the levels
-- are wrong. After each pass the events of its step are not needed any more, so only the first pass is large.
--with
x0 AS (
    SELECT user_id, step, at_us * 16 + step AS k
    FROM (
        SELECT user_id, at_us,
            CASE kind
--each n 1 :last
                WHEN :step_{n} THEN {n}
--end
            END AS step
        FROM events
        WHERE kind IN (:steps) AND day_n >= :since AND day_n <= :until AND :filters
    ) AS numbered
),
likely AS (SELECT DISTINCT user_id FROM x0 WHERE step = 2),
x1 AS (
    SELECT user_id, step, k,
        max(CASE WHEN step = 1 THEN k ELSE 0 END) OVER (
            PARTITION BY user_id ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS s1
    FROM x0
    WHERE user_id IN (SELECT user_id FROM likely)
)
--each n 2 :last
,
x{n} AS (
    SELECT user_id, step, k,
        max(CASE WHEN step = {n} AND s{m} >= k - {m} - :window_us * 16 THEN s{m} ELSE 0 END) OVER (
            PARTITION BY user_id ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS s{n}
    FROM x{m}
    WHERE step >= {n}
)
--end
,
reached AS (
    SELECT user_id, max(level) AS level
    FROM (
        SELECT user_id, 1 AS level FROM x0 WHERE step = 1
--each n 2 :last
        UNION ALL SELECT user_id, {n} FROM x{n} WHERE s{n} > 0
--end
    ) AS each_level
    GROUP BY user_id
),
levels AS (SELECT level, count(*) AS people FROM reached GROUP BY level)
--result
SELECT level AS step,
    sum(people) OVER (ORDER BY level DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS people,
    people AS stopped_here
FROM levels
ORDER BY 1
--people
SELECT user_id FROM reached WHERE level >= :cell_step
--left
SELECT user_id FROM reached WHERE level = :cell_step

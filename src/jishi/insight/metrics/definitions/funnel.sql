-- How far people came through the steps, in order, all within the window of a first step. Every first step may
-- start a passage: x1 carries the latest start, x2 the latest start from which step two was reached in time, and
-- so on. Events of one instant count in the order of the steps; without that the levels are wrong.
--with
x0 AS (
    SELECT user_id, at_us,
        CASE kind
--each n 1 :last
            WHEN :step_{n} THEN {n}
--end
        END AS step
    FROM events
    WHERE kind IN (:steps) AND day_n >= :since AND day_n <= :until AND :filters
),
x1 AS (
    SELECT user_id, at_us, step,
        max(CASE WHEN step = 1 THEN at_us ELSE 0 END) OVER (
            PARTITION BY user_id ORDER BY at_us, step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS s1
    FROM x0
)
--each n 2 :last
,
x{n} AS (
    SELECT *,
        max(CASE WHEN step = {n} AND s{m} >= at_us - :window_us THEN s{m} ELSE 0 END) OVER (
            PARTITION BY user_id ORDER BY at_us, step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS s{n}
    FROM x{m}
)
--end
,
reached AS (
    SELECT user_id, max(0
--each n 1 :last
        + CASE WHEN s{n} > 0 THEN 1 ELSE 0 END
--end
        ) AS level
    FROM x{last}
    GROUP BY user_id
),
levels AS (SELECT level, count(*) AS people FROM reached WHERE level > 0 GROUP BY level)
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

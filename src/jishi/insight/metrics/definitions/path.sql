-- From where to where people go inside a visit. The same thing twice in a row counts once; '' is the end.
--with
ordered AS (
    SELECT session_id, user_id, :node AS node, at_us, event_id,
        coalesce(max(:node) OVER (
            PARTITION BY session_id ORDER BY at_us, event_id ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING
        ), '') AS before_it
    FROM events
    WHERE source <> 'server' AND session_id <> '' AND day_n >= :since AND day_n <= :until AND :filters
        AND kind NOT IN ('product_exposed', 'note_exposed')
),
steps AS (
    SELECT session_id, user_id, node,
        row_number() OVER (PARTITION BY session_id ORDER BY at_us, event_id) AS n
    FROM ordered
    WHERE node <> '' AND node <> before_it
),
edges AS (
    SELECT a.session_id AS session_id, a.user_id AS user_id, a.n AS step, a.node AS source_node,
        coalesce(b.node, '') AS target_node
    FROM steps a LEFT JOIN steps b ON b.session_id = a.session_id AND b.n = a.n + 1
    WHERE a.n <= :depth
),
counted AS (
    SELECT step, source_node, target_node, count(*) AS visits
    FROM edges
    GROUP BY step, source_node, target_node
),
ranked AS (
    SELECT step, source_node, target_node, visits,
        row_number() OVER (PARTITION BY step ORDER BY visits DESC, source_node, target_node) AS place
    FROM counted
)
--result
SELECT step, source_node, target_node, visits FROM ranked WHERE place <= :most ORDER BY 1, 4 DESC, 2, 3
--people
SELECT DISTINCT user_id FROM edges
WHERE step = :cell_step AND source_node = :cell_source_node AND target_node = :cell_target_node

-- Where people come from: visits, people, and what they do, by the channel of the event.
--with
picked AS (
    SELECT channel, user_id, session_id, kind
    FROM events
    WHERE day_n >= :since AND day_n <= :until AND source <> 'server' AND :filters
),
each_one AS (
    SELECT channel, user_id,
        max(CASE WHEN kind = 'product_viewed' THEN 1 ELSE 0 END) AS viewed,
        max(CASE WHEN kind = 'cart_added' THEN 1 ELSE 0 END) AS carted,
        count(*) AS times
    FROM picked
    GROUP BY channel, user_id
),
a AS (
    SELECT channel, count(*) AS people, sum(viewed) AS viewed, sum(carted) AS carted, sum(times) AS times
    FROM each_one
    GROUP BY channel
),
b AS (
    SELECT channel, count(*) AS visits
    FROM (SELECT DISTINCT channel, session_id FROM picked) AS visits_of
    GROUP BY channel
)
--result
SELECT a.channel AS channel, a.people AS people, b.visits AS visits, a.times AS times, a.viewed AS viewed,
    a.carted AS carted
FROM a JOIN b ON b.channel = a.channel
ORDER BY 2 DESC, 1
--people
SELECT user_id FROM each_one WHERE channel = :cell_channel

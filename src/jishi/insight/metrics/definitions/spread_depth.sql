-- How deep chains of links go. A link lies one deeper than the one its maker came through, up to six.
--with
made AS (
    SELECT share_code, user_id, from_user_id, concat(product, '/', note, '/', shop) AS thing, at_us, event_id
    FROM events
    WHERE kind = 'share_created' AND day_n <= :until AND :filters
),
numbered AS (
    SELECT user_id, thing, from_user_id,
        row_number() OVER (PARTITION BY user_id, thing ORDER BY at_us, event_id) AS n
    FROM made
),
brought AS (SELECT user_id, thing, from_user_id FROM numbered WHERE n = 1 AND from_user_id <> 0),
l1 AS (SELECT DISTINCT share_code, user_id, thing, from_user_id AS p1 FROM made)
--each n 2 6
,
l{n} AS (
    SELECT l{m}.*, coalesce(b{n}.from_user_id, 0) AS p{n}
    FROM l{m} LEFT JOIN brought b{n} ON b{n}.user_id = l{m}.p{m} AND b{n}.thing = l{m}.thing
)
--end
,
placed AS (
    SELECT share_code, user_id,
        CASE WHEN p1 = 0 THEN 0 WHEN p2 = 0 THEN 1 WHEN p3 = 0 THEN 2 WHEN p4 = 0 THEN 3 WHEN p5 = 0 THEN 4
            WHEN p6 = 0 THEN 5 ELSE 6 END AS depth
    FROM l6
),
visits AS (
    SELECT DISTINCT share_code, user_id
    FROM events
    WHERE kind = 'share_visited' AND day_n >= :since AND day_n <= :until
),
bought AS (
    SELECT DISTINCT share_code, user_id, order_code
    FROM events
    WHERE kind = 'order_paid' AND share_code <> '' AND day_n >= :since AND day_n <= :until
),
by_link AS (SELECT share_code, count(*) AS visitors FROM visits GROUP BY share_code),
by_sale AS (SELECT share_code, count(*) AS orders FROM bought GROUP BY share_code)
--result
SELECT p.depth AS depth, count(*) AS links, sum(coalesce(b.visitors, 0)) AS visitors,
    sum(coalesce(s.orders, 0)) AS orders
FROM placed p
LEFT JOIN by_link b ON b.share_code = p.share_code
LEFT JOIN by_sale s ON s.share_code = p.share_code
GROUP BY p.depth
ORDER BY 1
--people
SELECT DISTINCT user_id FROM placed WHERE depth = :cell_depth
--orders
SELECT DISTINCT s.order_code AS order_code
FROM bought s JOIN placed p ON p.share_code = s.share_code
WHERE p.depth = :cell_depth

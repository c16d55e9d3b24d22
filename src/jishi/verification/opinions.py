"""Opinions: helpful votes, questions, ratings, and who won what, against the rows they come from.

A rating that waits to be computed anew is no drift: its due time has been moved, and it is left out.
"""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I13",
        "a review and an answer count who found them helpful as they are",
        "SELECT (SELECT count(*) FROM reviews_review) + (SELECT count(*) FROM reviews_answer)",
        """
        SELECT 'review ' || r.code AS subject,
               'stored ' || r.helpful_count || ', there are ' || coalesce(v.n, 0) AS problem
        FROM reviews_review r
        LEFT JOIN (SELECT review_id, count(*) AS n FROM reviews_vote GROUP BY 1) v ON v.review_id = r.id
        WHERE r.helpful_count <> coalesce(v.n, 0)
        UNION ALL
        SELECT 'answer ' || a.code, 'stored ' || a.vote_count || ', there are ' || coalesce(v.n, 0)
        FROM reviews_answer a
        LEFT JOIN (SELECT answer_id, count(*) AS n FROM reviews_answervote GROUP BY 1) v
            ON v.answer_id = a.id
        WHERE a.vote_count <> coalesce(v.n, 0)
        """,
    ),
    Check(
        "I13",
        "a question counts its answers and followers as they are",
        "SELECT count(*) FROM reviews_question",
        """
        SELECT 'question ' || q.code AS subject,
               'stored ' || q.answer_count || ' and ' || q.follow_count || ', there are '
                   || coalesce(a.n, 0) || ' and ' || coalesce(f.n, 0) AS problem
        FROM reviews_question q
        LEFT JOIN (SELECT question_id, count(*) AS n FROM reviews_answer WHERE state = 'published' GROUP BY 1)
            a ON a.question_id = q.id
        LEFT JOIN (SELECT question_id, count(*) AS n FROM reviews_questionfollow GROUP BY 1)
            f ON f.question_id = q.id
        WHERE q.answer_count <> coalesce(a.n, 0) OR q.follow_count <> coalesce(f.n, 0)
        """,
    ),
    Check(
        "I13",
        "a rating is what the latest review of each buyer adds up to",
        "SELECT count(*) FROM reviews_rating",
        """
        WITH latest AS (
            SELECT DISTINCT ON (r.product_id, r.author_id) r.product_id, r.stars, r.authenticity_bps,
                   r.created_at, r.pictures <> '[]'::jsonb AS has_pictures,
                   r.follow_up_state = 'published' AS has_follow_up
            FROM reviews_review r WHERE r.state = 'published'
            ORDER BY r.product_id, r.author_id, r.id DESC
        ), found AS (
            SELECT product_id, count(*) AS n, round(avg(stars) * 100)::int AS mean,
                   ARRAY[count(*) FILTER (WHERE stars = 1), count(*) FILTER (WHERE stars = 2),
                         count(*) FILTER (WHERE stars = 3), count(*) FILTER (WHERE stars = 4),
                         count(*) FILTER (WHERE stars = 5)]::int[] AS bars,
                   count(*) FILTER (WHERE has_pictures) AS photos,
                   count(*) FILTER (WHERE has_follow_up) AS follow_ups
            FROM latest l GROUP BY product_id
        ), by_day AS (
            SELECT l.product_id, floor(extract(epoch FROM l.created_at) / 86400) AS day,
                   sum(l.authenticity_bps / 10000.0 * power(0.5, greatest(0,
                       extract(epoch FROM t.computed_at - l.created_at) / 86400.0) / 240.0)) AS weight,
                   sum(l.stars * (l.authenticity_bps / 10000.0) * power(0.5, greatest(0,
                       extract(epoch FROM t.computed_at - l.created_at) / 86400.0) / 240.0)) AS stars
            FROM latest l JOIN reviews_rating t USING (product_id) GROUP BY 1, 2
        ), weighed AS (
            SELECT product_id, sum(least(weight, 6.0)) AS weight,
                   sum(stars * least(1.0, 6.0 / weight)) AS stars
            FROM by_day WHERE weight > 0 GROUP BY 1
        ), silent AS (
            SELECT product_id, count(*) AS n FROM reviews_request
            WHERE is_silent AND closed_at IS NULL GROUP BY 1
        )
        SELECT 'product ' || t.product_id AS subject,
               'stored ' || t.count || ' reviews of ' || t.average || ', there are ' || coalesce(f.n, 0)
                   || ' of ' || coalesce(f.mean, 0) AS problem
        FROM reviews_rating t
        LEFT JOIN found f USING (product_id) LEFT JOIN weighed w USING (product_id)
        LEFT JOIN silent s USING (product_id)
        WHERE t.due_at IN (t.computed_at + interval '1 day', t.computed_at + interval '365 days') AND (
            (t.count, t.average, t.photo_count, t.follow_up_count, t.silent_count) IS DISTINCT FROM
            (coalesce(f.n, 0), coalesce(f.mean, 0), coalesce(f.photos, 0), coalesce(f.follow_ups, 0),
             coalesce(s.n, 0))
            OR t.histogram IS DISTINCT FROM coalesce(f.bars, ARRAY[0,0,0,0,0])
            OR abs(t.weight - coalesce(w.weight, 0)) > 0.000001 * (1 + t.weight)
            OR abs(t.weighted_stars - coalesce(w.stars, 0)) > 0.000001 * (1 + t.weighted_stars))
        UNION ALL
        SELECT 'product ' || l.product_id, 'it has reviews and no rating'
        FROM (SELECT DISTINCT product_id FROM latest) l
        WHERE NOT EXISTS (SELECT 1 FROM reviews_rating t WHERE t.product_id = l.product_id)
        """,
    ),
    Check(
        "I13",
        "lists show the rating that was computed",
        "SELECT count(*) FROM reviews_rating",
        """
        SELECT 'product ' || t.product_id AS subject,
               'listed ' || l.rating || ' of ' || l.rating_count || ', computed ' || t.bayesian || ' of '
                   || t.count AS problem
        FROM reviews_rating t JOIN catalog_listing l USING (product_id)
        WHERE t.due_at IN (t.computed_at + interval '1 day', t.computed_at + interval '365 days')
          AND (l.rating, l.rating_count) <> (CASE WHEN t.count > 0 THEN t.bayesian ELSE 0 END, t.count)
        """,
    ),
    Check(
        "I13",
        "a quiz has as many winners as promised, each with a right answer",
        "SELECT count(*) FROM polls_poll WHERE kind = 'quiz'",
        """
        SELECT 'poll ' || p.code AS subject,
               'there are ' || coalesce(r.n, 0) || ' right answers (stored ' || coalesce(p.right_count, 0)
                   || '), ' || coalesce(w.n, 0) || ' winners of ' || p.prize_count || ', '
                   || coalesce(w.wrong, 0) || ' of them wrong' AS problem
        FROM polls_poll p
        LEFT JOIN (SELECT b.poll_id, count(*) AS n FROM polls_ballot b JOIN polls_poll q ON q.id = b.poll_id
                   WHERE b.is_right AND b.person_id <> q.author_id GROUP BY 1) r ON r.poll_id = p.id
        LEFT JOIN (SELECT v.poll_id, count(*) AS n,
                          count(*) FILTER (WHERE NOT b.is_right OR b.poll_id <> v.poll_id
                                           OR b.person_id <> v.person_id) AS wrong
                   FROM polls_winner v JOIN polls_ballot b ON b.id = v.ballot_id GROUP BY 1)
            w ON w.poll_id = p.id
        WHERE p.kind = 'quiz' AND CASE WHEN p.closed_at IS NULL THEN coalesce(w.n, 0) > 0
            ELSE p.right_count IS DISTINCT FROM coalesce(r.n, 0) OR coalesce(w.wrong, 0) > 0
                 OR coalesce(w.n, 0) <> least(p.prize_count, coalesce(r.n, 0)) END
        """,
    ),
    Check(
        "I13",
        "a challenge is won by the entries with the most points, after its end, by as many as promised",
        "SELECT count(*) FROM challenges_challenge",
        """
        WITH placed AS (
            SELECT e.challenge_id, e.code, e.rank, coalesce(sum(v.points), 0) AS points,
                   count(v.id) AS voices
            FROM challenges_entry e LEFT JOIN challenges_voice v ON v.entry_id = e.id
            WHERE e.rank IS NOT NULL GROUP BY e.id
        ), ordered AS (
            SELECT *, row_number() OVER (PARTITION BY challenge_id ORDER BY rank) AS place,
                   lag(points) OVER (PARTITION BY challenge_id ORDER BY rank) AS before
            FROM placed
        )
        SELECT 'entry ' || o.code || ' of challenge ' || c.code AS subject,
               'number ' || o.rank || ' with ' || o.points || ' points' AS problem
        FROM ordered o JOIN challenges_challenge c ON c.id = o.challenge_id
        WHERE c.ended_at IS NULL OR o.rank <> o.place OR o.rank > c.winner_count OR o.voices = 0
           OR o.points > coalesce(o.before, o.points)
        UNION ALL
        SELECT 'entry ' || e.code || ' of challenge ' || c.code, 'somebody voted twice on a day'
        FROM challenges_voice v JOIN challenges_entry e ON e.id = v.entry_id
        JOIN challenges_challenge c ON c.id = e.challenge_id
        WHERE v.day IS NOT NULL GROUP BY e.code, c.code, v.person_id, v.day HAVING count(*) > 1
        """,
    ),
)

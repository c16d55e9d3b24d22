"""Talking: what communities, events, notes and polls count against the rows they count."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I13",
        "a community counts its members as they are",
        "SELECT count(*) FROM communities_community",
        """
        SELECT 'community ' || c.slug AS subject,
               'stored ' || c.member_count || ', there are ' || coalesce(m.n, 0) AS problem
        FROM communities_community c
        LEFT JOIN (SELECT community_id, count(*) AS n FROM communities_membership WHERE state = 'member'
                   GROUP BY 1) m ON m.community_id = c.id
        WHERE c.member_count <> coalesce(m.n, 0)
        """,
    ),
    Check(
        "I13",
        "an event counts who comes and who waits as they are, and has room for them",
        "SELECT count(*) FROM communities_gathering",
        """
        SELECT 'event ' || g.code AS subject,
               'stored ' || g.going_count || ' and ' || g.waiting_count || ' of ' || g.capacity
                   || ', there are ' || coalesce(s.going, 0) || ' and ' || coalesce(s.waiting, 0) AS problem
        FROM communities_gathering g
        LEFT JOIN (SELECT gathering_id, count(*) FILTER (WHERE state = 'going') AS going,
                          count(*) FILTER (WHERE state = 'waiting') AS waiting
                   FROM communities_signup GROUP BY 1) s ON s.gathering_id = g.id
        WHERE g.going_count <> coalesce(s.going, 0) OR g.waiting_count <> coalesce(s.waiting, 0)
           OR (g.capacity > 0 AND coalesce(s.going, 0) > g.capacity)
        """,
    ),
    Check(
        "I13",
        "a note counts its likes, comments, favourites and reposts as they are",
        "SELECT count(*) FROM notes_note",
        """
        SELECT 'note ' || n.code AS subject,
               'stored ' || n.like_count || ', ' || n.comment_count || ', ' || n.favourite_count || ', '
                   || n.repost_count || ', there are ' || coalesce(l.n, 0) || ', ' || coalesce(c.n, 0)
                   || ', ' || coalesce(f.n, 0) || ', ' || coalesce(r.n, 0) AS problem
        FROM notes_note n
        LEFT JOIN (SELECT note_id, count(*) AS n FROM notes_like GROUP BY 1) l ON l.note_id = n.id
        LEFT JOIN (SELECT note_id, count(*) AS n FROM notes_comment WHERE state = 'published' GROUP BY 1) c
            ON c.note_id = n.id
        LEFT JOIN (SELECT note_id, count(*) AS n FROM notes_favourite GROUP BY 1) f ON f.note_id = n.id
        LEFT JOIN (SELECT repost_of_id, count(*) AS n FROM notes_note WHERE state = 'published' GROUP BY 1) r
            ON r.repost_of_id = n.id
        WHERE n.like_count <> coalesce(l.n, 0) OR n.comment_count <> coalesce(c.n, 0)
           OR n.favourite_count <> coalesce(f.n, 0) OR n.repost_count <> coalesce(r.n, 0)
        """,
    ),
    Check(
        "I13",
        "a comment counts its likes as they are",
        "SELECT count(*) FROM notes_comment",
        """
        SELECT 'comment ' || c.code AS subject,
               'stored ' || c.like_count || ', there are ' || coalesce(l.n, 0) AS problem
        FROM notes_comment c
        LEFT JOIN (SELECT comment_id, count(*) AS n FROM notes_commentlike GROUP BY 1) l
            ON l.comment_id = c.id
        WHERE c.like_count <> coalesce(l.n, 0)
        """,
    ),
    Check(
        "I13",
        "a poll counts its voters and the votes of each answer as they are",
        "SELECT count(*) FROM polls_poll",
        """
        SELECT 'poll ' || p.code AS subject,
               'stored ' || p.voter_count || ' voters, there are ' || coalesce(b.n, 0) AS problem
        FROM polls_poll p
        LEFT JOIN (SELECT poll_id, count(*) AS n FROM polls_ballot GROUP BY 1) b ON b.poll_id = p.id
        WHERE p.voter_count <> coalesce(b.n, 0)
        UNION ALL
        SELECT 'answer ' || o.position || ' of poll ' || p.code,
               'stored ' || o.vote_count || ' votes, there are ' || coalesce(v.n, 0)
        FROM polls_option o JOIN polls_poll p ON p.id = o.poll_id
        LEFT JOIN (SELECT b.poll_id, chosen::int AS position, count(*) AS n
                   FROM polls_ballot b, jsonb_array_elements_text(b.positions) AS chosen GROUP BY 1, 2) v
            ON v.poll_id = o.poll_id AND v.position = o.position
        WHERE o.vote_count <> coalesce(v.n, 0)
        """,
    ),
)

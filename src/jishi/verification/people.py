"""People: what a profile counts against the follows themselves, and blocks that cut."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I13",
        "followers and followed are counted as they are",
        "SELECT count(*) FROM graph_profile",
        """
        SELECT 'person ' || p.person_id AS subject,
               'stored ' || p.follower_count || ' and ' || p.following_count || ', there are '
                   || coalesce(i.n, 0) || ' followers and ' || coalesce(o.n, 0) || ' followed' AS problem
        FROM graph_profile p
        LEFT JOIN (SELECT followee_id, count(*) AS n FROM graph_follow WHERE state = 'active' GROUP BY 1) i
            ON i.followee_id = p.person_id
        LEFT JOIN (SELECT follower_id, count(*) AS n FROM graph_follow WHERE state = 'active' GROUP BY 1) o
            ON o.follower_id = p.person_id
        WHERE p.follower_count <> coalesce(i.n, 0) OR p.following_count <> coalesce(o.n, 0)
        """,
    ),
    Check(
        "I13",
        "nobody follows across a block, and whoever follows has a profile",
        "SELECT count(*) FROM graph_follow",
        """
        SELECT 'follow ' || f.follower_id || ' > ' || f.followee_id AS subject,
               'a block stands between' AS problem
        FROM graph_block b JOIN graph_follow f
            ON f.follower_id = b.blocker_id AND f.followee_id = b.blocked_id
        UNION ALL
        SELECT 'follow ' || f.follower_id || ' > ' || f.followee_id, 'a block stands between'
        FROM graph_block b JOIN graph_follow f
            ON f.follower_id = b.blocked_id AND f.followee_id = b.blocker_id
        UNION ALL
        SELECT 'follow ' || f.follower_id || ' > ' || f.followee_id, 'one of the two has no profile'
        FROM graph_follow f
        LEFT JOIN graph_profile a ON a.person_id = f.follower_id
        LEFT JOIN graph_profile b ON b.person_id = f.followee_id
        WHERE a.person_id IS NULL OR b.person_id IS NULL
        """,
    ),
)

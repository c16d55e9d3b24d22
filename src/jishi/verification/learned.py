"""What was learned: circles of the network count their people, lists are whole, what was opened was shown."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I13",
        "a circle of the network counts its people as they are",
        "SELECT count(*) FROM networks_group",
        """
        SELECT 'circle ' || g.number AS subject,
               'stored ' || g.size || ', there are ' || coalesce(s.n, 0) AS problem
        FROM networks_group g
        LEFT JOIN (SELECT community, count(*) AS n FROM networks_standing GROUP BY 1) s
            ON s.community = g.number
        WHERE g.size <> coalesce(s.n, 0)
        """,
    ),
    Check(
        "I13",
        "a recommended list is as long in all its parts, and only what it shows was opened",
        "SELECT count(*) FROM recommendation_slate",
        """
        SELECT 'list ' || s.code AS subject, 'its parts are not equally long' AS problem
        FROM recommendation_slate s
        WHERE cardinality(s.keys) <> cardinality(s.reasons) OR cardinality(s.keys) <> cardinality(s.causes)
        UNION ALL
        SELECT 'list ' || s.code, 'a place was opened that it does not have'
        FROM recommendation_slate s WHERE EXISTS (
            SELECT 1 FROM unnest(s.opened) AS o(place) WHERE o.place < 1 OR o.place > cardinality(s.keys))
        """,
    ),
)

"""Portraits: members counted against their rows, what people said about interests, stages against orders."""

# ruff: noqa: E501 - statements are read as they are written

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I16",
        "a segment counts its members as they are",
        "SELECT count(*) FROM portraits_segment",
        """
        SELECT 'segment ' || s.code AS subject,
               'stored ' || s.count || ', there are ' || coalesce(m.n, 0) AS problem
        FROM portraits_segment s
        LEFT JOIN (SELECT segment_id, count(*) AS n FROM portraits_membership GROUP BY 1) m
            ON m.segment_id = s.id
        WHERE s.count <> coalesce(m.n, 0)
        """,
    ),
    Check(
        "I16",
        "nothing a person took away is in their portrait",
        "SELECT count(*) FROM portraits_interest WHERE NOT is_wanted",
        """
        SELECT 'person ' || i.person_id AS subject, 'still shown: ' || i.key AS problem
        FROM portraits_interest i JOIN portraits_portrait p ON p.person_id = i.person_id
        WHERE NOT i.is_wanted AND i.edited_at < p.computed_at
            AND (p.tags->'interests' ? i.key OR i.key LIKE 'tag:%' AND p.tags ? substr(i.key, 5))
        """,
    ),
    Check(
        "I16",
        "what a person said about their interests is in their portrait",
        "SELECT count(*) FROM portraits_interest WHERE is_wanted",
        """
        SELECT 'person ' || i.person_id AS subject, 'missing: ' || i.key AS problem
        FROM portraits_interest i JOIN portraits_portrait p ON p.person_id = i.person_id
        WHERE i.is_wanted AND i.edited_at < p.computed_at AND i.key NOT LIKE 'tag:%'
            AND NOT p.tags->'interests' ? i.key
            AND NOT EXISTS (SELECT 1 FROM portraits_interest h WHERE h.person_id = i.person_id
                AND h.key = 'tag:interests' AND NOT h.is_wanted)
        """,
    ),
    Check(
        "I16",
        "a portrait that was not touched since counts paid orders as they are",
        "SELECT count(*) FROM portraits_portrait",
        """
        SELECT 'person ' || p.person_id AS subject,
               'stored ' || (p.tags->>'orders') || ', there are ' || coalesce(o.n, 0) AS problem
        FROM portraits_portrait p
        LEFT JOIN (SELECT buyer_id, count(*) AS n, max(greatest(paid_at, closed_at)) AS moved_at
                   FROM orders_order WHERE paid_at IS NOT NULL GROUP BY 1) x ON x.buyer_id = p.person_id
        LEFT JOIN (SELECT buyer_id, count(*) AS n FROM orders_order
                   WHERE paid_at IS NOT NULL AND state NOT IN ('refunding', 'refunded') GROUP BY 1) o
            ON o.buyer_id = p.person_id
        WHERE p.tags ? 'orders' AND (p.tags->>'orders')::bigint <> coalesce(o.n, 0)
            AND NOT EXISTS (SELECT 1 FROM portraits_touch t WHERE t.person_id = p.person_id)
            AND (x.moved_at IS NULL OR x.moved_at < p.computed_at - interval '5 minutes')
            AND NOT EXISTS (SELECT 1 FROM orders_order r WHERE r.buyer_id = p.person_id
                AND r.state = 'refunding')
        """,
    ),
    Check(
        "I16",
        "nobody stands in two places with one shop",
        "SELECT count(*) FROM portraits_stage",
        """
        SELECT 'person ' || person_id AS subject, count(*) || ' stages with shop ' || coalesce(shop_id, 0) AS problem
        FROM portraits_stage GROUP BY person_id, shop_id HAVING count(*) > 1
        """,
    ),
)

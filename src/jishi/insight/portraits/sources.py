"""Where tags come from: set-based statements over the tables of lower domains, for the people in question.

Each source is a SELECT with `person_id`, over the temporary tables `pp_scope` (who, and whether they allow
analytics), `pp_measure` (one row: the day, the zone, the yardsticks), `pp_middle` (the middle price of each
category) and `pp_lake` (what the files say).
Reading lower domains' tables is allowed here because one statement must answer for everybody at once.
Money is counted in the platform's main currency only; an order in another one counts as an order.
"""

# ruff: noqa: E501, S608 - statements of ours, read as they are written; no value is written into them

KEPT = "o.paid_at IS NOT NULL AND o.state NOT IN ('refunding', 'refunded')"

TABLES = """
DROP TABLE IF EXISTS pg_temp.pp_scope, pg_temp.pp_lake, pg_temp.pp_measure, pg_temp.pp_middle;
CREATE TEMPORARY TABLE pp_scope (person_id bigint PRIMARY KEY, allows boolean NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE pp_lake (
    person_id bigint PRIMARY KEY, last_day date, active_7 int, active_30 int, active_before int, days_90 int,
    weekend_90 int, sittings_30 int, sittings_90 int, seconds_30 bigint, events_90 bigint, day_part text,
    device text, channel text, region text, price_looked_minor bigint, category_weight bigint,
    categories jsonb, events jsonb
) ON COMMIT DROP;
CREATE TEMPORARY TABLE pp_measure (
    at timestamptz, today date, zone text, currency text, recency int[], frequency int[], money bigint[],
    reach bigint[]
) ON COMMIT DROP;
CREATE TEMPORARY TABLE pp_middle (
    category_id bigint, currency text, middle double precision, PRIMARY KEY (category_id, currency)
) ON COMMIT DROP;
"""
MEASURE = """
INSERT INTO pp_measure VALUES (
    %s::timestamptz, %s::date, %s::text, %s::text, %s::int[], %s::int[], %s::bigint[], %s::bigint[]
)
"""

SOURCES: dict[str, str] = {
    "ad": """
SELECT DISTINCT ON (a.person_id) a.person_id, a.country, count(*) OVER (PARTITION BY a.person_id) AS n
FROM accounts_address a JOIN pp_scope s ON s.person_id = a.person_id
ORDER BY a.person_id, a.is_default DESC, a.id
""",
    "sf": """
SELECT DISTINCT f.person_id FROM merchants_shopstaff f JOIN pp_scope s ON s.person_id = f.person_id
""",
    "iv": "SELECT DISTINCT i.person_id FROM graph_invitationuse i JOIN pp_scope s ON s.person_id = i.person_id",
    "iv2": """
SELECT i.inviter_id AS person_id, count(*) AS n FROM graph_invitationuse e
JOIN graph_invitation i ON i.id = e.invitation_id JOIN pp_scope s ON s.person_id = i.inviter_id GROUP BY 1
""",
    "o": """
SELECT person_id, count(*) FILTER (WHERE kept) AS n,
    count(*) FILTER (WHERE kept AND home) AS n_home,
    sum(total_minor) FILTER (WHERE kept AND home) AS spent,
    max(total_minor) FILTER (WHERE kept AND home) AS largest,
    count(*) FILTER (WHERE kept AND young) AS n_90,
    sum(total_minor) FILTER (WHERE kept AND home AND young) AS spent_90,
    min(paid_at) FILTER (WHERE kept) AS first_at, max(paid_at) FILTER (WHERE kept) AS last_at,
    count(DISTINCT shop_id) FILTER (WHERE kept) AS shops,
    count(*) FILTER (WHERE kept AND discount_minor > 0) AS deals,
    count(*) FILTER (WHERE kept AND share_code <> '') AS shared,
    count(*) FILTER (WHERE paid_at IS NOT NULL) AS paid_ever,
    count(*) FILTER (WHERE paid_at IS NOT NULL AND NOT kept) AS refunds,
    count(*) FILTER (WHERE paid_at IS NULL AND state IN ('expired', 'cancelled')) AS unpaid,
    avg(extract(epoch FROM paid_at - placed_at)) FILTER (WHERE kept) AS pay_seconds,
    (array_agg(code ORDER BY paid_at DESC, code) FILTER (WHERE kept))[1] AS last_code
FROM (
    SELECT o.buyer_id AS person_id, o.code, o.state, o.total_minor, o.discount_minor, o.shop_id, o.share_code,
        o.placed_at, o.paid_at, o.paid_at IS NOT NULL AND o.state NOT IN ('refunding', 'refunded') AS kept,
        o.currency = m.currency AS home,
        (o.paid_at AT TIME ZONE m.zone)::date > m.today - 90 AS young
    FROM orders_order o JOIN pp_scope s ON s.person_id = o.buyer_id CROSS JOIN pp_measure m
) paid GROUP BY person_id
""",
    "ol": """
WITH bought AS MATERIALIZED (
    SELECT o.buyer_id, o.currency, l.unit_minor, c.category_id, c.brand_id
    FROM orders_order o JOIN pp_scope s ON s.person_id = o.buyer_id
    JOIN orders_orderline l ON l.order_id = o.id JOIN catalog_product c ON c.id = l.product_id
    WHERE """
    + KEPT
    + """
)
SELECT s.person_id, b.categories, b.price_ratio, br.slug AS fav_brand, sp.code AS fav_shop
FROM pp_scope s
JOIN (
    SELECT t.buyer_id AS person_id, count(DISTINCT t.category_id) AS categories,
        avg(t.unit_minor / k.middle) FILTER (WHERE k.middle > 0) AS price_ratio
    FROM bought t LEFT JOIN pp_middle k ON k.category_id = t.category_id AND k.currency = t.currency GROUP BY 1
) b ON b.person_id = s.person_id
LEFT JOIN (
    SELECT DISTINCT ON (t.buyer_id) t.buyer_id AS person_id, d.slug
    FROM bought t JOIN catalog_brand d ON d.id = t.brand_id
    GROUP BY t.buyer_id, d.slug ORDER BY t.buyer_id, count(*) DESC, d.slug
) br ON br.person_id = s.person_id
LEFT JOIN (
    SELECT DISTINCT ON (n.person_id) n.person_id, h.code FROM (
        SELECT o.buyer_id AS person_id, o.shop_id, count(*) AS n
        FROM orders_order o JOIN pp_scope s ON s.person_id = o.buyer_id
        WHERE """
    + KEPT
    + """ GROUP BY o.buyer_id, o.shop_id
    ) n JOIN merchants_shop h ON h.id = n.shop_id ORDER BY n.person_id, n.n DESC, n.shop_id
) sp ON sp.person_id = s.person_id
""",
    "ca": """
SELECT c.person_id, count(*) AS lines, min(l.added_at) AS oldest_at
FROM checkout_cart c JOIN pp_scope s ON s.person_id = c.person_id
JOIN checkout_cartline l ON l.cart_id = c.id GROUP BY 1
""",
    "g": """
SELECT s.person_id, count(f.follower_id) AS followers, count(b.follower_id) AS friends, w.n AS following
FROM pp_scope s
LEFT JOIN graph_follow f ON f.followee_id = s.person_id AND f.state = 'active'
LEFT JOIN graph_follow b ON b.follower_id = s.person_id AND b.followee_id = f.follower_id AND b.state = 'active'
LEFT JOIN (
    SELECT f.follower_id, count(*) AS n FROM graph_follow f JOIN pp_scope s ON s.person_id = f.follower_id
    WHERE f.state = 'active' GROUP BY 1
) w ON w.follower_id = s.person_id
WHERE s.allows GROUP BY s.person_id, w.n
""",
    "co": """
SELECT c.person_id, count(*) AS n FROM communities_membership c JOIN pp_scope s ON s.person_id = c.person_id
WHERE c.state = 'member' AND s.allows GROUP BY 1
""",
    "n": """
SELECT person_id, count(*) FILTER (WHERE what = 'note') AS notes,
    count(*) FILTER (WHERE what = 'note' AND young) AS notes_30,
    count(*) FILTER (WHERE what = 'comment') AS comments, count(*) FILTER (WHERE what = 'like') AS likes,
    count(*) FILTER (WHERE what = 'favourite') AS favourites, coalesce(sum(got), 0) AS likes_got,
    count(*) FILTER (WHERE young) AS acts_30
FROM (
    SELECT a.person_id, a.what, a.got, (a.at AT TIME ZONE m.zone)::date > m.today - 30 AS young
    FROM (
        SELECT n.author_id AS person_id, 'note' AS what, n.published_at AS at, n.like_count AS got
        FROM notes_note n JOIN pp_scope s ON s.person_id = n.author_id
        WHERE n.state = 'published' AND s.allows
        UNION ALL
        SELECT c.author_id, 'comment', c.created_at, 0 FROM notes_comment c
        JOIN pp_scope s ON s.person_id = c.author_id WHERE c.state = 'published' AND s.allows
        UNION ALL
        SELECT k.person_id, 'like', k.created_at, 0 FROM notes_like k
        JOIN pp_scope s ON s.person_id = k.person_id WHERE s.allows
        UNION ALL
        SELECT k.person_id, 'favourite', k.created_at, 0 FROM notes_favourite k
        JOIN pp_scope s ON s.person_id = k.person_id WHERE s.allows
        UNION ALL
        SELECT k.sharer_id, 'link', k.created_at, 0 FROM shares_sharelink k
        JOIN pp_scope s ON s.person_id = k.sharer_id WHERE s.allows
    ) a CROSS JOIN pp_measure m
) acts GROUP BY person_id
""",
    "t": """
SELECT person_id, jsonb_agg(slug ORDER BY place) AS topics,
    string_agg(name || ' ' || n, ', ' ORDER BY place) AS counts
FROM (
    SELECT person_id, t.slug, t.name, count(*) AS n,
        row_number() OVER (PARTITION BY person_id ORDER BY count(*) DESC, t.slug) AS place
    FROM (
        SELECT n.author_id AS person_id, n.id AS note_id FROM notes_note n
        JOIN pp_scope s ON s.person_id = n.author_id WHERE n.state = 'published' AND s.allows
        UNION ALL
        SELECT k.person_id, k.note_id FROM notes_like k JOIN pp_scope s ON s.person_id = k.person_id
        WHERE s.allows
        UNION ALL
        SELECT k.person_id, k.note_id FROM notes_favourite k JOIN pp_scope s ON s.person_id = k.person_id
        WHERE s.allows
    ) seen JOIN notes_notetopic nt ON nt.note_id = seen.note_id JOIN notes_topic t ON t.id = nt.topic_id
    GROUP BY person_id, t.slug, t.name
) ranked WHERE place <= 5 GROUP BY person_id
""",
    "r": """
SELECT s.person_id, r.n, r.stars, a.n AS answers FROM pp_scope s
LEFT JOIN (
    SELECT v.author_id, count(*) AS n, avg(v.stars) AS stars FROM reviews_review v
    JOIN pp_scope s ON s.person_id = v.author_id WHERE v.state = 'published' GROUP BY 1
) r ON r.author_id = s.person_id
LEFT JOIN (
    SELECT v.author_id, count(*) AS n FROM reviews_answer v
    JOIN pp_scope s ON s.person_id = v.author_id WHERE v.state = 'published' GROUP BY 1
) a ON a.author_id = s.person_id
WHERE s.allows AND (r.n > 0 OR a.n > 0)
""",
    "sh": """
SELECT k.sharer_id AS person_id, count(*) AS links,
    count(*) FILTER (WHERE (k.created_at AT TIME ZONE m.zone)::date > m.today - 90) AS links_90,
    coalesce(sum(v.n), 0) AS visits, coalesce(sum(b.n), 0) AS orders
FROM shares_sharelink k JOIN pp_scope s ON s.person_id = k.sharer_id CROSS JOIN pp_measure m
LEFT JOIN LATERAL (SELECT count(*) AS n FROM shares_sharevisit WHERE link_id = k.id) v ON true
LEFT JOIN LATERAL (SELECT count(*) AS n FROM shares_shareorder WHERE link_id = k.id) b ON true
WHERE s.allows GROUP BY 1
""",
    "pl": """
SELECT t.person_id, count(*) AS paid_seats, count(*) FILTER (WHERE t.is_leader) AS led,
    count(*) FILTER (WHERE NOT t.is_leader) AS joined
FROM plays_seat t JOIN pp_scope s ON s.person_id = t.person_id WHERE t.state = 'taken' GROUP BY 1
""",
    "st": """
SELECT t.person_id, t.stage, t.evidence FROM portraits_stage t JOIN pp_scope s ON s.person_id = t.person_id
WHERE t.shop_id IS NULL
""",
    "ls": """
SELECT l.person_id, jsonb_agg(c.slug ORDER BY e.place) AS categories,
    jsonb_agg('category:' || c.slug ORDER BY e.place) AS interests,
    string_agg(c.slug || ' ' || (e.one->>1), ', ' ORDER BY e.place) AS counts
FROM pp_lake l CROSS JOIN LATERAL jsonb_array_elements(l.categories) WITH ORDINALITY AS e(one, place)
JOIN catalog_category c ON c.id = (e.one->>0)::bigint GROUP BY 1
""",
    "own": """
SELECT i.person_id, jsonb_agg(i.key ORDER BY i.edited_at, i.key) FILTER (WHERE i.is_wanted) AS wanted,
    array_agg(i.key) FILTER (WHERE NOT i.is_wanted) AS hidden,
    array_agg(substr(i.key, 5)) FILTER (WHERE NOT i.is_wanted AND i.key LIKE 'tag:%%') AS hidden_tags
FROM portraits_interest i JOIN pp_scope s ON s.person_id = i.person_id GROUP BY 1
""",
}

# Sources that stand on other ones; they come after all of the above.
LATER: dict[str, str] = {
    "it": """
SELECT s.person_id, CASE WHEN own.person_id IS NULL AND t.person_id IS NULL
    THEN CASE WHEN s.allows THEN coalesce(ls.interests, '[]'::jsonb) ELSE '[]'::jsonb END
ELSE coalesce(own.wanted, '[]'::jsonb) || coalesce((
    SELECT jsonb_agg(k.key ORDER BY k.place, k.key) FROM (
        SELECT 'category:' || e.slug AS key, e.place FROM jsonb_array_elements_text(ls.categories)
            WITH ORDINALITY AS e(slug, place)
        UNION ALL
        SELECT 'topic:' || e.slug, e.place FROM jsonb_array_elements_text(t.topics)
            WITH ORDINALITY AS e(slug, place)
    ) k WHERE s.allows AND NOT coalesce(k.key = ANY (own.hidden), false)
        AND NOT coalesce(own.wanted ? k.key, false)
), '[]'::jsonb) END AS interests
FROM pp_scope s LEFT JOIN own ON own.person_id = s.person_id LEFT JOIN ls ON ls.person_id = s.person_id
LEFT JOIN t ON t.person_id = s.person_id
""",
    "p": """
SELECT s.person_id,
    CASE WHEN o.n > 0 THEN 5 - width_bucket(m.today - (o.last_at AT TIME ZONE m.zone)::date - 1, m.recency)
        END AS recency,
    CASE WHEN o.n > 0 THEN 1 + width_bucket(o.n::int - 1, m.frequency) END AS frequency,
    CASE WHEN o.n > 0 THEN 1 + width_bucket(coalesce(o.spent, 0)::bigint - 1, m.money) END AS money,
    coalesce(g.followers, 0) + 5 * coalesce(sh.visits, 0) + 20 * coalesce(sh.orders, 0) AS reach
FROM pp_scope s CROSS JOIN pp_measure m LEFT JOIN o ON o.person_id = s.person_id
LEFT JOIN g ON g.person_id = s.person_id LEFT JOIN sh ON sh.person_id = s.person_id
""",
}

# Name, expression, and of which kind it is: a number, a text, a day, or JSON.
EVIDENCE: tuple[tuple[str, str, str], ...] = (
    ("joined_on", "(u.joined_at AT TIME ZONE m.zone)::date", "day"),
    ("addresses", "ad.n", "number"),
    ("events_90", "l.events_90", "number"),
    ("days_90", "l.days_90", "number"),
    ("last_day", "l.last_day", "day"),
    ("sittings_90", "l.sittings_90", "number"),
    ("active_before", "l.active_before", "number"),
    ("category_counts", "ls.counts", "text"),
    ("topic_counts", "t.counts", "text"),
    ("first_order_on", "(o.first_at AT TIME ZONE m.zone)::date", "day"),
    ("last_order_on", "(o.last_at AT TIME ZONE m.zone)::date", "day"),
    ("last_order", "o.last_code", "text"),
    ("paid_ever", "o.paid_ever", "number"),
    ("price_percent", "round(100 * ol.price_ratio)", "number"),
    ("links", "sh.links", "number"),
    ("team_seats", "pl.paid_seats", "number"),
    ("acts_30", "n.acts_30", "number"),
    ("reach", "p.reach", "number"),
    ("stage", "st.evidence", "json"),
    ("hidden", "to_jsonb(own.hidden)", "json"),
)

"""Slots, landing pages and first steps: counts that stand beside the rows they are made of."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I18",
        "a landing page counts exactly the people on its list",
        "SELECT count(*) FROM merchandising_landingpage",
        """
        SELECT 'landing page ' || p.slug AS subject, p.sign_ups || ' instead of ' || count(s.id) AS problem
        FROM merchandising_landingpage p
        LEFT JOIN merchandising_signup s ON s.page_id = p.id AND s.withdrawn_at IS NULL
        GROUP BY p.id HAVING p.sign_ups <> count(s.id)
        """,
    ),
    Check(
        "I18",
        "a public landing page shows its newest version",
        "SELECT count(*) FROM merchandising_landingpage WHERE version > 0",
        """
        SELECT 'landing page ' || p.slug AS subject, p.version || ' is not the newest' AS problem
        FROM merchandising_landingpage p
        WHERE (p.version > 0 OR p.state = 'published') AND p.version IS DISTINCT FROM
          (SELECT max(v.number) FROM merchandising_landingversion v WHERE v.page_id = p.id)
        """,
    ),
    Check(
        "I18",
        "a first step is done exactly when enough different things count towards it",
        "SELECT count(*) FROM onboarding_done",
        """
        SELECT 'person ' || d.person_id AS subject, d.kind || ' without anything' AS problem
        FROM onboarding_done d WHERE NOT EXISTS (
          SELECT 1 FROM onboarding_mark m WHERE m.person_id = d.person_id AND m.kind = d.kind)
        UNION ALL
        SELECT 'person ' || n.person_id, s.step ->> 'kind' || ' is done only on one side'
        FROM onboarding_newcomer n JOIN onboarding_path p ON p.number = n.path_number
        CROSS JOIN LATERAL jsonb_array_elements(p.steps) AS s (step)
        WHERE ((SELECT count(*) FROM onboarding_mark m
                WHERE m.person_id = n.person_id AND m.kind = s.step ->> 'kind')
               >= (s.step ->> 'needed')::int)
          <> EXISTS (SELECT 1 FROM onboarding_done d
                     WHERE d.person_id = n.person_id AND d.kind = s.step ->> 'kind')
        """,
    ),
    Check(
        "I18",
        "gifts for first steps cost what their path has spent; forgotten people leave the money",
        "SELECT count(*) FROM onboarding_purse",
        """
        SELECT 'path ' || p.path_number AS subject, 'gifts cost more than it has spent' AS problem
        FROM onboarding_purse p WHERE p.spent_minor <
          (SELECT COALESCE(sum(r.cost_minor), 0) FROM onboarding_reward r WHERE r.path_number = p.path_number)
        """,
    ),
)

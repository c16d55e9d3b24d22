"""Campaigns: every message has its mark and every mark its message, budgets add up, caps were held."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I21",
        "a campaign has spent what its steps cost, and no more than its budget",
        "SELECT count(*) FROM campaigns_purse",
        """
        SELECT 'campaign ' || c.code AS subject,
            'spent ' || p.spent_minor || ' of ' || p.budget_minor || ', steps cost ' || coalesce(s.cost, 0)
                AS problem
        FROM campaigns_purse p JOIN campaigns_campaign c ON c.id = p.campaign_id
        LEFT JOIN (
            SELECT e.campaign_id, sum(f.cost_minor) AS cost FROM campaigns_effect f
            JOIN campaigns_enrolment e ON e.id = f.enrolment_id GROUP BY 1
        ) s ON s.campaign_id = c.id
        WHERE p.spent_minor < coalesce(s.cost, 0) OR p.spent_minor > p.budget_minor
        """,
    ),
    Check(
        "I21",
        "every message of a campaign is the message of a step that was passed once",
        "SELECT count(*) FROM notifications_notice WHERE kind = 'campaign_message'",
        """
        SELECT 'notice ' || n.id AS subject, 'no step sent ' || coalesce(n.natural_key, '') AS problem
        FROM notifications_notice n
        WHERE n.kind = 'campaign_message' AND NOT EXISTS (
            SELECT 1 FROM campaigns_effect f WHERE f.outcome = 'sent'
                AND n.natural_key = 'campaign:' || f.enrolment_id || ':' || f.step)
        """,
    ),
    Check(
        "I21",
        "nobody who is held out got anything",
        "SELECT count(*) FROM campaigns_enrolment WHERE arm = 'holdout'",
        """
        SELECT 'way ' || e.id AS subject, 'held out, and ' || f.step || ' was done' AS problem
        FROM campaigns_enrolment e JOIN campaigns_effect f ON f.enrolment_id = e.id WHERE e.arm = 'holdout'
        """,
    ),
    Check(
        "I21",
        "no more messages of campaigns reached somebody in a day than the cap",
        "SELECT count(*) FROM campaigns_pressure",
        """
        SELECT 'person ' || e.person_id AS subject, count(*) || ' messages within a day' AS problem
        FROM campaigns_effect f JOIN campaigns_enrolment e ON e.id = f.enrolment_id AND e.arm <> 'test'
        JOIN campaigns_effect g ON g.outcome = 'sent' AND g.at <= f.at AND g.at > f.at - interval '1 day'
        JOIN campaigns_enrolment h ON h.id = g.enrolment_id AND h.person_id = e.person_id AND h.arm <> 'test'
        WHERE f.outcome = 'sent' GROUP BY e.person_id, f.enrolment_id, f.step HAVING count(*) > 2
        """,
    ),
)

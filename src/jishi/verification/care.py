"""What the team does for people, from independent sources: budgets, cohorts, tasks, answers."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I20",
        "what a strategy spent is the sum of its costs and within its budget",
        "SELECT count(*) FROM strategies_strategy",
        """
        SELECT 'strategy ' || s.subject AS subject,
            'says ' || s.spent_minor || ', costs ' || coalesce(c.total, 0) AS problem
        FROM strategies_strategy s
        LEFT JOIN (SELECT strategy_id, sum(amount_minor) AS total FROM strategies_cost GROUP BY 1) c
            ON c.strategy_id = s.id
        WHERE s.spent_minor <> coalesce(c.total, 0) OR s.spent_minor > s.budget_minor
        """,
    ),
    Check(
        "I20",
        "nobody joins the people of a beginning later",
        "SELECT count(*) FROM strategies_strategy WHERE cohort IS NOT NULL",
        """
        SELECT 'strategy ' || s.subject AS subject, m.n || ' people, ' || s.cohort || ' at first' AS problem
        FROM strategies_strategy s
        JOIN (SELECT strategy_id, count(*) AS n FROM strategies_member GROUP BY 1) m ON m.strategy_id = s.id
        WHERE m.n > coalesce(s.cohort, 0)
        """,
    ),
    Check(
        "I20",
        "a task stands where its newest step left it",
        "SELECT count(*) FROM teamwork_task",
        """
        SELECT 'task ' || t.code AS subject, t.state || ' after ' || c.after AS problem
        FROM teamwork_task t JOIN LATERAL (
            SELECT after FROM teamwork_change WHERE task_id = t.id ORDER BY id DESC LIMIT 1) c ON true
        WHERE c.after <> t.state
        """,
    ),
    Check(
        "I20",
        "whoever was answered can read an answer",
        "SELECT count(*) FROM listening_item",
        """
        SELECT 'feedback ' || i.code AS subject, 'answered without an answer' AS problem
        FROM listening_item i
        WHERE i.state = 'answered' AND NOT EXISTS (SELECT 1 FROM listening_answer a WHERE a.item_id = i.id)
        """,
    ),
)

"""The content plan: what is out has one note, signed as planned; nothing was approved by who wrote it."""

from jishi.verification.checks import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "I13",
        "a published piece has its own note, by the one who signs it",
        "SELECT count(*) FROM publishing_piece WHERE note_code IS NOT NULL",
        """
        SELECT 'piece ' || p.code AS subject,
               CASE WHEN n.id IS NULL THEN 'its note is not there'
                    ELSE 'its note is somebody else''s' END AS problem
        FROM publishing_piece p LEFT JOIN notes_note n ON n.code = p.note_code
        WHERE p.note_code IS NOT NULL
          AND (n.id IS NULL OR (p.author_id IS NOT NULL AND n.author_id <> p.author_id))
        """,
    ),
    Check(
        "I13",
        "what is scheduled or out was approved by somebody who has not written it",
        "SELECT count(*) FROM publishing_piece WHERE is_approved",
        """
        SELECT 'piece ' || p.code AS subject, 'approved by a writer' AS problem
        FROM publishing_piece p
        WHERE p.is_approved AND p.reviewer_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM publishing_step s
            WHERE s.piece_id = p.id AND s.verb IN ('create', 'write') AND s.by_id = p.reviewer_id)
        """,
    ),
)

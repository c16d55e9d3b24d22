"""What notices about reviews and questions say, and who follows a question."""

import json

from django.db import connection

from jishi.kernel.text import pick
from jishi.social.graph import queries as graph
from jishi.social.reviews.models import Question, QuestionFollow


def product_title(product_id: int) -> str:
    """The title of a product, for a notice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM catalog_product WHERE id = %s", [product_id])
        row = cursor.fetchone()
    title = json.loads(row[0]) if row and isinstance(row[0], str) else row[0] if row else None
    return pick(title, "zh-hans")


def question_text(code: str) -> str:
    """What was asked."""
    return Question.objects.filter(code=code).values_list("text", flat=True).first() or ""


def find_note_author(note_code: str, product_id: int, *, asker_id: int) -> int | None:
    """Who wrote a note in sight that pins a product; nobody when the asker did, or the two avoid each other.

    Reads the tables of notes in one statement.
    """
    if not note_code:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.author_id FROM notes_note n WHERE n.code = %s AND n.state = 'published'"
            " AND EXISTS (SELECT 1 FROM notes_pin p WHERE p.note_id = n.id AND p.product_id = %s)",
            [note_code, product_id],
        )
        row = cursor.fetchone()
    if row is None or row[0] == asker_id or row[0] in graph.hidden_ids(asker_id):
        return None
    return int(row[0])


def list_followers(code: str) -> list[int]:
    """Who wants to hear of answers."""
    return list(QuestionFollow.objects.filter(question__code=code).values_list("person_id", flat=True))

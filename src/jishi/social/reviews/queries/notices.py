"""What notices about reviews and questions say, and who follows a question."""

import json

from django.db import connection

from jishi.kernel.text import pick
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


def list_followers(code: str) -> list[int]:
    """Who wants to hear of answers."""
    return list(QuestionFollow.objects.filter(question__code=code).values_list("person_id", flat=True))

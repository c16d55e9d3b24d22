"""What metrics keep about people, and what becomes of it when they ask to be forgotten.

Results hold numbers; lists behind a number and tables of sharers hold the numbers of people, and go at once.
"""

from datetime import datetime
from typing import Any

from jishi.insight.metrics import operations as metrics
from jishi.insight.metrics.models import Board, View
from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("metrics_run", "asked_by_id", "who asked for a computation", "blank"),
    PersonalField("metrics_run", "result", "numbers of people in the list behind a number", "delete"),
    PersonalField("metrics_view", "owner_id", "who saved a view", "blank"),
    PersonalField("metrics_view", "name", "what somebody called a view", "keep"),
    PersonalField("metrics_board", "owner_id", "who opened a board", "blank"),
    PersonalField("metrics_board", "name", "what somebody called a board", "keep"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "metrics_run": frozenset(
        {
            *(
                "id",
                "code",
                "metric",
                "params",
                "section",
                "cell",
                "fingerprint",
                "version",
                "state",
                "asked_at",
            ),
            *("started_at", "computed_at", "seconds", "attempts", "events", "error"),
        }
    ),
    "metrics_view": frozenset({"id", "code", "metric", "params", "created_at"}),
    "metrics_board": frozenset({"id", "code", "created_at"}),
    "metrics_tile": frozenset({"id", "board_id", "view_id", "place"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the views and boards that the person saved."""
    return {
        "views": list(View.objects.filter(owner_id=person_id).order_by("pk").values_list("name", flat=True)),
        "boards": list(
            Board.objects.filter(owner_id=person_id).order_by("pk").values_list("name", flat=True)
        ),
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget who asked and saved, and throw away every result that names people by number."""
    metrics.forget_person(person_id=person_id)

"""What experiments keep about people, and what becomes of it when they ask to be forgotten.

The arm of somebody who leaves stays counted without a name: taking it away would tilt the split.
"""

from datetime import datetime
from typing import Any

from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("experiments_experiment", "owner_id", "who answers for an experiment", "blank"),
    PersonalField("experiments_experiment", "asked_by_id", "who asked for a second person", "blank"),
    PersonalField("experiments_switchback", "owner_id", "who answers for a price trial", "blank"),
    PersonalField("experiments_switchback", "asked_by_id", "who asked for a second person", "blank"),
    PersonalField("experiments_load", "person_id", "how long pages of experiments took", "delete"),
    PersonalField("experiments_exposure", "unit", "what somebody was shown, to compare fairly", "blank"),
    PersonalField("experiments_exposure", "person_id", "what somebody was shown, to compare fairly", "blank"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "experiments_experiment": frozenset(
        {
            *("id", "code", "name", "hypothesis", "slot", "unit", "layer", "share", "arms", "measures"),
            *("guardrails", "buckets", "salt", "audience_kind", "audience_key", "window_h", "before_days"),
            *("planned_n", "state", "asked_verb", "asked_at", "asked_detail", "pause_reason", "decision"),
            *("accepted", "reason", "created_at", "started_at", "stopped_at", "decided_at", "read_due_at"),
        }
    ),
    "experiments_switchback": frozenset(
        {
            *("id", "code", "name", "hypothesis", "plan", "seed", "digest", "price_code", "scale", "gaps"),
            *("accepted", "state", "asked_verb", "asked_at", "asked_detail", "pause_reason", "decision"),
            *("reason", "created_at", "started_at", "stopped_at", "decided_at", "read_due_at"),
        }
    ),
    "experiments_switchreadout": frozenset({"id", "switchback_id", "at", "body", "kept_at"}),
    "experiments_load": frozenset({"id", "at", "ms"}),
    "experiments_claim": frozenset({"layer", "bucket", "experiment_id"}),
    "experiments_exposure": frozenset({"experiment_id", "arm", "first_at"}),
    "experiments_readout": frozenset({"id", "experiment_id", "at", "body", "kept_at"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return in which experiments somebody was shown what, and which they answer for."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take the name out of exposures and experiments."""
    experiments.forget_person(person_id=person_id)

"""What can be done with campaigns, one public verb each."""

from jishi.growth.campaigns.operations.advancing import run_batch, run_due
from jishi.growth.campaigns.operations.arriving import reach_goal
from jishi.growth.campaigns.operations.enrolling import enrol, enrol_due, on_people, watch_due
from jishi.growth.campaigns.operations.evaluating import evaluate, evaluate_due, guard_due
from jishi.growth.campaigns.operations.objecting import allow_again, forget, object_to, record_click
from jishi.growth.campaigns.operations.running import (
    ask,
    confirm,
    end_due,
    pause,
    set_holdout,
    stop,
    withdraw,
)
from jishi.growth.campaigns.operations.trying import try_out
from jishi.growth.campaigns.operations.writing import create, discard, edit, set_parts, set_steps

__all__ = [
    "allow_again",
    "ask",
    "confirm",
    "create",
    "discard",
    "edit",
    "end_due",
    "enrol",
    "enrol_due",
    "evaluate",
    "evaluate_due",
    "forget",
    "guard_due",
    "object_to",
    "on_people",
    "pause",
    "reach_goal",
    "record_click",
    "run_batch",
    "run_due",
    "set_holdout",
    "set_parts",
    "set_steps",
    "stop",
    "try_out",
    "watch_due",
    "withdraw",
]

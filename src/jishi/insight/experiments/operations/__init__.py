"""What can be done with experiments, one public verb each."""

from jishi.insight.experiments.operations.comparing import Groups, compare
from jishi.insight.experiments.operations.exposing import expose, forget_loads, forget_person, record_load
from jishi.insight.experiments.operations.reading import compute_due, compute_now
from jishi.insight.experiments.operations.running import ask, confirm, pause, stop, withdraw
from jishi.insight.experiments.operations.switch_reading import compute_due_switchbacks, compute_switchback
from jishi.insight.experiments.operations.switchbacks import (
    ask_switchback,
    confirm_switchback,
    create_switchback,
    discard_switchback,
    pause_switchback,
    stop_switchback,
    withdraw_switchback,
)
from jishi.insight.experiments.operations.writing import create, discard, edit

__all__ = [
    "Groups",
    "ask",
    "ask_switchback",
    "compare",
    "compute_due",
    "compute_due_switchbacks",
    "compute_now",
    "compute_switchback",
    "confirm",
    "confirm_switchback",
    "create",
    "create_switchback",
    "discard",
    "discard_switchback",
    "edit",
    "expose",
    "forget_loads",
    "forget_person",
    "pause",
    "pause_switchback",
    "record_load",
    "stop",
    "stop_switchback",
    "withdraw",
    "withdraw_switchback",
]

"""What can be done with experiments, one public verb each."""

from jishi.insight.experiments.operations.comparing import Groups, compare
from jishi.insight.experiments.operations.exposing import expose, forget_person
from jishi.insight.experiments.operations.reading import compute_due, compute_now
from jishi.insight.experiments.operations.running import ask, confirm, pause, stop, withdraw
from jishi.insight.experiments.operations.writing import create, discard, edit

__all__ = [
    "Groups",
    "ask",
    "compare",
    "compute_due",
    "compute_now",
    "confirm",
    "create",
    "discard",
    "edit",
    "expose",
    "forget_person",
    "pause",
    "stop",
    "withdraw",
]

"""What can be done: report, claim, decide, appeal, and what the clock does."""

from jishi.trust.moderation.operations.appeal import appeal, decide_appeal
from jishi.trust.moderation.operations.decide import approve_many, claim, decide, release
from jishi.trust.moderation.operations.held import open_held
from jishi.trust.moderation.operations.prints import forget_prints
from jishi.trust.moderation.operations.report import report
from jishi.trust.moderation.operations.suspend import lift, lift_due

__all__ = [
    "appeal",
    "approve_many",
    "claim",
    "decide",
    "decide_appeal",
    "forget_prints",
    "lift",
    "lift_due",
    "open_held",
    "release",
    "report",
]

"""What is done with reports: choosing, scheduling, composing, mailing, looking for what stands out."""

from jishi.insight.reports.operations.looking import explain, look_due
from jishi.insight.reports.operations.mailing import mail_due
from jishi.insight.reports.operations.scheduling import (
    compose_due,
    forget,
    issue_now,
    open_ready,
    plan_due,
    save,
    set_role,
    switch,
)

__all__ = [
    "compose_due",
    "explain",
    "forget",
    "issue_now",
    "look_due",
    "mail_due",
    "open_ready",
    "plan_due",
    "save",
    "set_role",
    "switch",
]

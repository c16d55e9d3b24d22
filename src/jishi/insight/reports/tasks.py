"""Work of reports that is due by the clock, for the wiring to register."""

from jishi.insight.reports import operations as reports
from jishi.kernel import heavy, sweeps


def register() -> None:
    """Plan, put together, mail."""
    sweeps.register("reports.plan", reports.plan_due, every_s=30)
    sweeps.register("reports.compose", reports.compose_due, every_s=5)
    sweeps.register("reports.mail", reports.mail_due, every_s=10)


def register_heavy() -> None:
    """Look through finished days."""
    heavy.register("reports.look", lambda at: reports.look_due(at=at), every_s=600)

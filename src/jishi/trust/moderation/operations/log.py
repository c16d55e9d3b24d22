"""The log of a case, and telling the people whom it concerns."""

from datetime import datetime
from typing import Any

from jishi.kernel import audit
from jishi.people.notifications import operations as notifications
from jishi.trust.moderation import rules
from jishi.trust.moderation.models import Case, Entry, Report


def write(case: Case, act: str, *, actor_id: int | None, at: datetime, **detail: Any) -> None:
    """Note one step of a case; what a person decided also goes into the trail of the house."""
    Entry.objects.create(case=case, actor_id=actor_id, act=act, detail=detail, at=at)
    if actor_id is not None and act not in ("reported", "appealed"):
        audit.record(
            actor_id=actor_id, action=f"moderation.{act}", subject=f"case:{case.code}", detail=detail
        )


def tell_author(case: Case, kind: str, *, at: datetime) -> None:
    """Tell the author what was decided, why, and where to look."""
    if case.author_id is None:
        return
    notifications.notify(
        person_id=case.author_id,
        kind=kind,
        params={"excerpt": rules.excerpt_of(case.snapshot)},
        url=f"/me/decisions/{case.code}/",
        natural_key=f"{kind}:{case.code}",
        at=at,
    )


def tell_reporters(case: Case, *, upheld: bool, at: datetime) -> None:
    """Close the reports and thank everybody; they learn the outcome, not who decided."""
    waiting = Report.objects.filter(case=case, state="open").order_by("pk")
    people = list(waiting.values_list("reporter_id", flat=True))
    waiting.update(state="upheld" if upheld else "dismissed", closed_at=at)
    kind = "report_upheld" if upheld else "report_dismissed"
    for person_id in people:
        notifications.notify(
            person_id=person_id,
            kind=kind,
            params={"excerpt": rules.excerpt_of(case.snapshot)},
            url="/me/reports/",
            natural_key=f"{kind}:{case.code}",
            at=at,
        )

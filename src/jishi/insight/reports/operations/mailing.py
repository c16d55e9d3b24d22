"""Mails of issues: at most one per reader leaves.

A mail is marked as being handed over before it is, in a transaction of its own: if the process dies in
between, it stays marked and is not sent again, and the console says so. Only a clear refusal is tried
again.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from jishi.insight.reports import queries, wording
from jishi.insight.reports.contracts import MailState
from jishi.insight.reports.models import Mail
from jishi.people.accounts import queries as people
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.notifications import operations as notifications
from jishi.people.notifications.errors import MailOutcomeUnknown, MailUnavailable

TRIES = 5
AGAIN = timedelta(minutes=10)


def mail_due(at: datetime, *, limit: int = 20) -> int:
    """Send what waits; returns how many were handed over."""
    sent = 0
    for _ in range(limit):
        claimed = _claim(at)
        if claimed is None:
            break
        sent += _send(*claimed, at)
    return sent


def _claim(at: datetime) -> tuple[int, int, str] | None:
    with transaction.atomic():
        waiting = Mail.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=MailState.PENDING, due_at__lte=at
        )
        row = waiting.select_related("issue").order_by("due_at").first()
        if row is None:
            return None
        mine = Mail.objects.filter(issue_id=row.issue_id, person_id=row.person_id)
        mine.update(state=MailState.SENDING, tries=row.tries + 1)
        return row.issue_id, row.person_id, row.issue.code


def _send(issue_id: int, person_id: int, code: str, at: datetime) -> int:
    mine = Mail.objects.filter(issue_id=issue_id, person_id=person_id)
    try:
        email = people.get_profile(person_id).email
    except PersonNotFound:
        email = ""
    if not email or not people.is_operator(person_id):
        mine.update(state=MailState.FAILED)
        return 0
    issue = queries.get_issue(code)
    title = f"{issue.name} · {issue.first} – {issue.last}"
    with override(issue.language):
        html, text = wording.html(issue, title, settings.JISHI_BASE_URL), wording.text(issue, title)
    files = tuple(
        (f"{number:02d}.csv", wording.file(one), "text/csv")
        for number, one in enumerate(issue.tables, 1)
        if not one.trouble
    )
    try:
        notifications.send_mail(to=email, subject=title, text=text, html=html, files=files)
    except MailUnavailable:
        row = mine.values_list("tries", flat=True).get()
        state = MailState.PENDING if row < TRIES else MailState.FAILED
        mine.update(state=state, due_at=at + AGAIN)
        return 0
    except MailOutcomeUnknown:
        return 0
    mine.update(state=MailState.SENT)
    return 1

"""What people are told when lower domains move. Every handler may run twice."""

from jishi.people.notifications import operations as notifications
from jishi.people.privacy.events import DeletionRequested


def on_deletion_requested(event: DeletionRequested) -> None:
    """Tell the person when their account goes, and how to keep it."""
    notifications.notify(
        person_id=event.person_id,
        kind="deletion_requested",
        params={"date": event.due_at.date().isoformat()},
        url="/me/settings/delete/",
        natural_key=f"privacy:deletion:{event.at.isoformat()}",
        at=event.at,
    )

"""People are told who follows them, who asks to, who let them in, and who accepted their invitation."""

from typing import Any

from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications
from jishi.social.graph.events import FollowAccepted, FollowRequested, InvitationAccepted, PersonFollowed


def on_followed(event: PersonFollowed) -> None:
    """Tell somebody that they have a new follower; the same one only once, however often they come and go."""
    _tell("followed", event.other_id, event.person_id, event)


def on_requested(event: FollowRequested) -> None:
    """Tell a private account that somebody asks to follow."""
    _tell("follow_requested", event.other_id, event.person_id, event, url="/me/friends/?tab=requests")


def on_accepted(event: FollowAccepted) -> None:
    """Tell whoever asked that they were let in."""
    _tell("follow_accepted", event.other_id, event.person_id, event)


def on_invitation_accepted(event: InvitationAccepted) -> None:
    """Tell whoever made an invitation that they have a new friend."""
    _tell("invitation_accepted", event.other_id, event.person_id, event)


def _tell(kind: str, whom: int, about: int, event: Any, url: str = "") -> None:
    person = people.get_person(about)
    notifications.notify(
        person_id=whom,
        kind=kind,
        params={"nickname": person.nickname},
        url=url or f"/u/{person.code}/",
        natural_key=f"{kind}:{about}",
        at=event.at,
    )

"""What communities do when notes move, and whom they tell what. Every handler may run twice."""

from collections.abc import Iterable

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as account_queries
from jishi.people.notifications import operations as notifications
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import AUDIENCE, PartnerState
from jishi.social.communities.events import (
    ApplicationRefused,
    CommunityAnnounced,
    CommunityEvent,
    CommunityEventAnnounced,
    CommunityEventCancelled,
    EventPlaceGained,
    InactiveNoticed,
    MemberApplied,
    MemberJoined,
    MemberLeft,
    MemberModerated,
    PartnerAsked,
    PartnerDecided,
)
from jishi.social.notes.events import NoteCommented, NotePublished, NoteRemoved


def on_note_published(event: NotePublished) -> None:
    """A note written for members stands in their community, also one that was scheduled or had to wait."""
    if event.audience_kind != AUDIENCE:
        return
    try:
        communities.attach_post(
            author_id=event.author_id, note_code=event.code, slug=event.audience_key, at=event.at
        )
    except DomainError:
        # Muted or gone in the meantime: the note stays with its author and reaches nobody's list.
        return


def on_note_removed(event: NoteRemoved) -> None:
    """A note its author removed is no post any more."""
    communities.drop_post(note_id=event.note_id, at=event.at)


def on_note_commented(event: NoteCommented) -> None:
    """Whoever answers is active."""
    communities.record_comment(note_id=event.note_id, person_id=event.person_id, at=event.at)


def on_applied(event: MemberApplied) -> None:
    """Tell the moderators that somebody waits."""
    name = account_queries.get_person(event.person_id).nickname
    desk = queries.list_moderator_ids(event.community_id)
    _tell(
        "community_application",
        event,
        desk,
        f"{event.person_id}:{event.at.timestamp()}",
        "desk/",
        nickname=name,
    )


def on_refused(event: ApplicationRefused) -> None:
    """Tell the applicant."""
    _tell("community_refused", event, [event.person_id], f"{event.at.timestamp()}")


def on_joined(event: MemberJoined) -> None:
    """Welcome a member, and tell who brought them."""
    _tell("community_welcome", event, [event.person_id], f"{event.at.timestamp()}")
    if event.invited_by_id is not None:
        name = account_queries.get_person(event.person_id).nickname
        _tell(
            "community_brought",
            event,
            [event.invited_by_id],
            f"{event.person_id}:{event.at.timestamp()}",
            nickname=name,
        )


def on_left(event: MemberLeft) -> None:
    """Their places at events go to others; who did not leave by themselves is told."""
    communities.free_places(community_id=event.community_id, person_id=event.person_id, at=event.at)
    if event.reason == "inactive":
        _tell("community_inactive_removed", event, [event.person_id], f"{event.at.timestamp()}")


def on_moderated(event: MemberModerated) -> None:
    """Tell a member what a moderator did, and why."""
    kind = {
        "warn": "community_warned",
        "mute": "community_muted",
        "remove": "community_removed",
        "ban": "community_banned",
        "remove_post": "community_post_removed",
    }.get(event.action)
    if kind is not None:
        _tell(kind, event, [event.person_id], str(event.log_id), reason=event.reason)


def on_inactive(event: InactiveNoticed) -> None:
    """Ask a quiet member whether they stay."""
    due = f"{event.due_at:%Y-%m-%d}"
    _tell("community_inactive", event, [event.person_id], due, date=due)


def on_announced(event: CommunityAnnounced) -> None:
    """Tell every member."""
    others = [pk for pk in queries.list_member_ids(event.community_id) if pk != event.author_id]
    _tell("community_announcement", event, others, event.announcement, title=event.title)


def on_event_announced(event: CommunityEventAnnounced) -> None:
    """Tell every member of a new event."""
    others = [pk for pk in queries.list_member_ids(event.community_id) if pk != event.host_id]
    _tell(
        "community_event", event, others, event.event_code, f"events/{event.event_code}/", title=event.title
    )


def on_place_gained(event: EventPlaceGained) -> None:
    """Tell somebody that they have moved up."""
    about = f"{event.event_code}:{event.at.timestamp()}"
    where = f"events/{event.event_code}/"
    _tell("community_event_place", event, [event.person_id], about, where, title=event.title)


def on_event_cancelled(event: CommunityEventCancelled) -> None:
    """Tell everybody who wanted to come."""
    where = f"events/{event.event_code}/"
    _tell("community_event_cancelled", event, event.person_ids, event.event_code, where, title=event.title)


def on_partner_asked(event: PartnerAsked) -> None:
    """Tell the owner that a shop wants to make offers."""
    community = queries.get_community(event.slug, viewer_id=None)
    shop = merchant_queries.get_shop(event.shop_id)
    if community.owner_id is not None:
        about = f"{event.shop_id}:{event.at.timestamp()}"
        _tell("community_partner_asked", event, [community.owner_id], about, "desk/partners/", shop=shop.name)


def on_partner_decided(event: PartnerDecided) -> None:
    """Tell the shop's staff."""
    staff = [person_id for person_id, _ in merchant_queries.list_staff(event.shop_id)]
    agreed = event.state == PartnerState.AGREED
    kind = "community_partner_agreed" if agreed else "community_partner_declined"
    _tell(kind, event, staff, f"{event.shop_id}:{event.at.timestamp()}")


def _tell(
    kind: str, event: CommunityEvent, person_ids: Iterable[int], about: str, path: str = "", **words: str
) -> None:
    card = queries.find_card(event.slug)
    if card is None:
        return
    for person_id in person_ids:
        notifications.notify(
            person_id=person_id,
            kind=kind,
            params={"community": card.name, **words},
            url=f"/k/{event.slug}/{path}",
            natural_key=f"{kind}:{event.slug}:{about}",
            at=event.at,
        )

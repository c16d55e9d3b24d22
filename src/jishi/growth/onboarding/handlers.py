"""Which facts are steps of newcomers. Every handler may run twice: one thing counts once."""

from jishi.growth.onboarding import operations as onboarding
from jishi.growth.onboarding.contracts import StepKind
from jishi.promotions.plays.events import SeatTaken
from jishi.social.feed.events import InterestsChosen
from jishi.social.graph.events import FollowAccepted, PersonFollowed
from jishi.social.notes.events import NoteFavourited, NoteLiked, NotePublished
from jishi.social.shares.events import ShareVisited
from jishi.trade.orders.events import OrderPaid


def on_interests_chosen(event: InterestsChosen) -> None:
    """Topics were picked."""
    if event.count:
        onboarding.advance(person_id=event.person_id, kind=StepKind.INTERESTS, subject="topics", at=event.at)


def on_followed(event: PersonFollowed) -> None:
    """Somebody follows one more person."""
    onboarding.advance(
        person_id=event.person_id, kind=StepKind.FOLLOW, subject=str(event.other_id), at=event.at
    )


def on_accepted(event: FollowAccepted) -> None:
    """A private account let somebody follow it: `other_id` is who follows now."""
    onboarding.advance(
        person_id=event.other_id, kind=StepKind.FOLLOW, subject=str(event.person_id), at=event.at
    )


def on_favourited(event: NoteFavourited) -> None:
    """Somebody keeps a note."""
    onboarding.advance(person_id=event.person_id, kind=StepKind.SAVE, subject=event.code, at=event.at)


def on_liked(event: NoteLiked) -> None:
    """Somebody likes a note."""
    onboarding.advance(person_id=event.person_id, kind=StepKind.LIKE, subject=event.code, at=event.at)


def on_paid(event: OrderPaid) -> None:
    """Somebody paid an order."""
    onboarding.advance(person_id=event.buyer_id, kind=StepKind.ORDER, subject=event.order_code, at=event.at)


def on_seat_taken(event: SeatTaken) -> None:
    """Somebody bought in a team."""
    onboarding.advance(person_id=event.person_id, kind=StepKind.TEAM, subject=event.team_code, at=event.at)


def on_published(event: NotePublished) -> None:
    """Somebody's note can be seen by others."""
    if event.is_first and event.visibility != "private":
        onboarding.advance(person_id=event.author_id, kind=StepKind.NOTE, subject=event.code, at=event.at)


def on_share_visited(event: ShareVisited) -> None:
    """A friend opened somebody's link."""
    if event.sharer_id is not None:
        onboarding.advance(
            person_id=event.sharer_id, kind=StepKind.SHARE, subject=event.share_code, at=event.at
        )

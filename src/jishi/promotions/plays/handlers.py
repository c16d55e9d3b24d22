"""What plays do when orders and teams move. Every handler may run twice; the operations look at states
first.
"""

from jishi.people.notifications import operations as notifications
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.events import SeatTaken, TeamExpired, TeamFailed, TeamFormed
from jishi.trade.orders.events import OrderRefunded, OrderRefunding


def on_order_refunding(event: OrderRefunding) -> None:
    """An order is on its way back: its seat is free, or its place stays filled in a formed team."""
    plays.free_seat(order_code=event.order_code, at=event.at)


def on_order_refunded(event: OrderRefunded) -> None:
    """The money arrived: the seat's story is over."""
    plays.mark_seat_refunded(order_code=event.order_code, at=event.at)


def on_seat_taken(event: SeatTaken) -> None:
    """Tell a buyer whose payment came late that they are in another team now."""
    if event.moved_from:
        notifications.notify(
            person_id=event.person_id,
            kind="team_moved",
            params={"team": event.team_code, "order": event.order_code, "missing": event.missing},
        )


def on_team_formed(event: TeamFormed) -> None:
    """Tell everybody in the team."""
    _tell("team_formed", event.team_code, event.person_ids, event.order_codes)


def on_team_expired(event: TeamExpired) -> None:
    """Tell everybody that their money is on its way back."""
    _tell("team_expired", event.team_code, event.person_ids, event.order_codes)


def on_team_failed(event: TeamFailed) -> None:
    """Tell everybody that their money is on its way back."""
    _tell("team_failed", event.team_code, event.person_ids, event.order_codes)


def _tell(kind: str, team_code: str, person_ids: list[int], order_codes: list[str]) -> None:
    for person_id, order_code in zip(person_ids, order_codes, strict=True):
        notifications.notify(person_id=person_id, kind=kind, params={"team": team_code, "order": order_code})

"""The verbs of collective plays. Each is one transaction and locks in the order offer, team, seat.

An order's row may be locked before an offer's, never after it by somebody whose seat is not paid yet.
"""

from jishi.promotions.plays.operations.deadlines import close_due_teams, close_team, send_refunds
from jishi.promotions.plays.operations.leaving import free_seat, leave_team, mark_seat_refunded
from jishi.promotions.plays.operations.offers import (
    create_offer,
    stop_offer,
    stop_partner_offers,
    switch_badges,
)
from jishi.promotions.plays.operations.seats import hold_seat, release_seat, settle_seat

__all__ = [
    "close_due_teams",
    "close_team",
    "create_offer",
    "free_seat",
    "hold_seat",
    "leave_team",
    "mark_seat_refunded",
    "release_seat",
    "send_refunds",
    "settle_seat",
    "stop_offer",
    "stop_partner_offers",
    "switch_badges",
]

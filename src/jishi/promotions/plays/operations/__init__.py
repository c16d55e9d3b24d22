"""The verbs of collective plays. Each is one transaction and locks in the order offer, team or rally, seat.

An order's row may be locked before an offer's, never after it by somebody whose seat is not paid yet.
"""

from jishi.promotions.plays.operations.deadlines import close_due_teams, close_team, send_refunds
from jishi.promotions.plays.operations.forgetting import forget
from jishi.promotions.plays.operations.leaving import free_seat, leave_team, mark_seat_refunded
from jishi.promotions.plays.operations.matching import match_due_teams
from jishi.promotions.plays.operations.offers import (
    create_offer,
    stop_offer,
    stop_partner_offers,
    switch_badges,
)
from jishi.promotions.plays.operations.rallies import help_rally, review_help, start_rally
from jishi.promotions.plays.operations.rally_orders import (
    close_due_rallies,
    hold_rally,
    refund_rally,
    release_rally,
    settle_rally,
)
from jishi.promotions.plays.operations.reserving import free_reserved_seats, let_seat_go
from jishi.promotions.plays.operations.seats import hold_seat, release_seat, settle_seat

__all__ = [
    "close_due_rallies",
    "close_due_teams",
    "close_team",
    "create_offer",
    "forget",
    "free_reserved_seats",
    "free_seat",
    "help_rally",
    "hold_rally",
    "hold_seat",
    "leave_team",
    "let_seat_go",
    "mark_seat_refunded",
    "match_due_teams",
    "refund_rally",
    "release_rally",
    "release_seat",
    "review_help",
    "send_refunds",
    "settle_rally",
    "settle_seat",
    "start_rally",
    "stop_offer",
    "stop_partner_offers",
    "switch_badges",
]

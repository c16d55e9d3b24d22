"""Work that is due by the clock, for the wiring to register."""

from datetime import datetime

from jishi.promotions.plays import operations as plays


def close_due_teams(at: datetime) -> int:
    """End teams whose deadline passed and send the refunds that are due."""
    return plays.close_due_teams(at)


def switch_badges(at: datetime) -> int:
    """Show or hide the catalogue's badges of offers that began or ended."""
    return plays.switch_badges(at)


def free_reserved_seats(at: datetime) -> int:
    """Give seats back that the lane reserved and no order took over in time."""
    return plays.free_reserved_seats(at)


def match_due_teams(at: datetime) -> int:
    """Put teams that cannot fill alone together, near their deadline."""
    return plays.match_due_teams(at)


def close_due_rallies(at: datetime) -> int:
    """End rallies whose time to gather or to buy is over."""
    return plays.close_due_rallies(at)

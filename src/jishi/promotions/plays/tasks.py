"""Work that is due by the clock, for the wiring to register."""

from datetime import datetime

from jishi.promotions.plays import operations as plays


def close_due_teams(at: datetime) -> int:
    """End teams whose deadline passed and send the refunds that are due."""
    return plays.close_due_teams(at)


def switch_badges(at: datetime) -> int:
    """Show or hide the catalogue's badges of offers that began or ended."""
    return plays.switch_badges(at)

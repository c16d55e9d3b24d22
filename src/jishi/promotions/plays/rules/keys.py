"""Names by which limits and draws know people: pure, and the same wherever they are computed."""

import hashlib
from datetime import date


def person_key(person_id: int) -> str:
    """The key of a person in a limit."""
    return f"p{person_id}"


def person_day_key(person_id: int, day: date) -> str:
    """The key of a person's day in a limit."""
    return f"p{person_id}:{day.isoformat()}"


def draw_entry(order_code: str) -> str:
    """Return the public name of a member's entry in a team's draw; whoever knows the order can compute it."""
    return hashlib.sha256(f"entry:{order_code}".encode()).hexdigest()[:24]

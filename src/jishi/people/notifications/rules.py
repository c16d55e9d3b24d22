"""Wording of notices and the finding of codes in messages; pure."""

import re

from jishi.kernel.errors import N_

TEXTS = {
    "team_formed": N_("Your team for %(product)s is complete. The shop is getting it ready."),
    "team_expired": N_("Your team for %(product)s did not fill in time. The money is on its way back."),
    "team_failed": N_("Your team for %(product)s was closed. The money is on its way back."),
    "team_moved": N_("Your seat was gone when you paid, so you are in another team for %(product)s now."),
    "seat_taken": N_("%(nickname)s joined your team for %(product)s."),
    "order_shipped": N_("Your order %(order)s is on its way."),
    "order_refunded": N_("%(amount)s was refunded for your order %(order)s."),
}
UNWORDED = N_("There is news about %(kind)s.")

_CODE = re.compile(r"(?<![\d-])\d{6}(?!\d)")


def wording(kind: str) -> str:
    """Return the English text of a kind of notice."""
    return TEXTS.get(kind, UNWORDED)


def find_code(text: str) -> str:
    """Return the six-digit code in a message, or the empty string."""
    found = _CODE.search(text)
    return found.group() if found else ""

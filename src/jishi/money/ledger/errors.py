"""Refusals of the ledger. A lock conflict is never reported as a lack of money."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound, Unavailable


class InsufficientBalance(Conflict):
    """The account would fall under its floor."""

    code = "ledger.insufficient_balance"
    message = N_("There is not enough money in this account for that.")


class JournalConflict(Conflict):
    """The natural key already names another journal."""

    code = "ledger.journal_conflict"
    message = N_("This booking already exists with different content.")


class AlreadyResolved(Conflict):
    """The reservation was already posted or voided."""

    code = "ledger.already_resolved"
    message = N_("This reservation was already completed or cancelled.")


class JournalNotFound(NotFound):
    """No journal has this key, or it reserves nothing."""

    code = "ledger.journal_not_found"
    message = N_("We could not find this booking.")


class NotATransfer(Invalid):
    """The amount, the accounts or their currencies do not make a transfer."""

    code = "ledger.not_a_transfer"
    message = N_("This booking is not valid.")


class LedgerBusy(Unavailable):
    """Another booking holds the accounts; the same request may succeed in a moment."""

    code = "ledger.busy"
    message = N_("Many payments are being booked right now. Please try again in a moment.")

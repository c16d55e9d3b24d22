"""Why an account cannot be deleted, or not like this; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid


class NotConfirmed(Forbidden):
    """Neither the password nor the code was right."""

    code = "privacy.not_confirmed"
    message = N_("That is not right, or no longer valid. Try again or ask for a new code.")


class StillNeeded(Conflict):
    """Something of the account is not finished; `reasons` lists the codes of what."""

    code = "privacy.still_needed"
    message = N_("Some things have to end first: open orders, or a shop that only you can run.")


class NoWayToConfirm(Conflict):
    """The person has neither a password nor an address or number that a code can be sent to."""

    code = "privacy.no_way_to_confirm"
    message = N_("Add an e-mail address or a phone number first, so that we know it is you.")


class PurposeUnknown(Invalid):
    """Nobody asks for this consent."""

    code = "privacy.purpose_unknown"
    message = N_("There is nothing called %(purpose)s to agree to.")

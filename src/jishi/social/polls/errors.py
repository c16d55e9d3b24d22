"""What can be wrong with a poll or a vote; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class PollNotFound(NotFound):
    """No such poll, or its note is not for this viewer."""

    code = "polls.not_found"
    message = N_("This poll is not there, or it is not shared with you.")


class PollInvalid(Invalid):
    """Something about the poll cannot be; `field` says what."""

    code = "polls.invalid"
    message = N_("Please check: %(field)s.")


class PrizeTooHigh(Invalid):
    """The prize is worth more than the rules of this place allow."""

    code = "polls.prize_too_high"
    message = N_("A prize may not be worth that much here.")


class ChoiceInvalid(Invalid):
    """No option, an unknown one, or several where one may be chosen."""

    code = "polls.choice_invalid"
    message = N_("Please choose an answer.")


class NotTheNotesAuthor(Forbidden):
    """Only the author of a note attaches a poll to it."""

    code = "polls.not_the_author"
    message = N_("Only the author of the note can do that.")


class PollExists(Conflict):
    """One poll per note."""

    code = "polls.exists"
    message = N_("This note has a poll already.")


class PollClosed(Conflict):
    """Voting is over."""

    code = "polls.closed"
    message = N_("Voting is over.")


class VotedAlready(Conflict):
    """One vote per person, and it cannot be changed."""

    code = "polls.voted_already"
    message = N_("You have voted already.")


class NothingToClaim(Conflict):
    """Not among the winners, or the time for it is over."""

    code = "polls.nothing_to_claim"
    message = N_("There is no prize for you to claim here.")

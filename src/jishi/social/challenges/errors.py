"""What can be wrong with a challenge, an entry or a vote; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class ChallengeNotFound(NotFound):
    """No such challenge."""

    code = "challenges.not_found"
    message = N_("This challenge does not exist.")


class EntryNotFound(NotFound):
    """No such entry, or its note cannot be seen any more."""

    code = "challenges.entry_not_found"
    message = N_("This entry is not there any more.")


class ChallengeInvalid(Invalid):
    """Something about the challenge cannot be; `field` says what."""

    code = "challenges.invalid"
    message = N_("Please check: %(field)s.")


class NoteUnfit(Invalid):
    """The note is not the author's own, not public, older than the challenge, or lacks the topic."""

    code = "challenges.note_unfit"
    message = N_(
        "Enter a public note of your own that carries the topic and was posted during the challenge."
    )


class ScoreInvalid(Invalid):
    """Points go from 1 to 10."""

    code = "challenges.score_invalid"
    message = N_("Give between 1 and %(top)s points.")


class NotAJudge(Forbidden):
    """Only named judges give points."""

    code = "challenges.not_a_judge"
    message = N_("Only the judges give points here.")


class OwnEntry(Forbidden):
    """Nobody chooses themselves."""

    code = "challenges.own_entry"
    message = N_("You cannot choose your own entry.")


class AccountTooNew(Forbidden):
    """Accounts that were opened for a vote do not vote."""

    code = "challenges.account_too_new"
    message = N_("Your account is too new to vote here.")


class EnteredAlready(Conflict):
    """One entry per person."""

    code = "challenges.entered_already"
    message = N_("You have entered this challenge already.")


class NotOpen(Conflict):
    """Too early or too late for this."""

    code = "challenges.not_open"
    message = N_("This is not possible at this stage of the challenge.")


class VotedToday(Conflict):
    """One vote per person and day."""

    code = "challenges.voted_today"
    message = N_("You have voted today. Come back tomorrow.")

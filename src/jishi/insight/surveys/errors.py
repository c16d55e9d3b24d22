"""What can be wrong with a survey or an answer; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class SurveyNotFound(NotFound):
    """No such survey, or it is not for this reader."""

    code = "surveys.not_found"
    message = N_("This survey is not there.")


class SurveyInvalid(Invalid):
    """Something about the survey cannot be; `field` says what."""

    code = "surveys.invalid"
    message = N_("Please check: %(field)s.")


class AnswerInvalid(Invalid):
    """A question without its answer, or with one that it does not have; `question` is its key."""

    code = "surveys.answer_invalid"
    message = N_("Please answer this question.")


class SurveyClosed(Conflict):
    """Nothing can be answered now."""

    code = "surveys.closed"
    message = N_("This survey is closed. Thank you for wanting to help.")


class SurveyStarted(Conflict):
    """It has answers, so this cannot be changed any more."""

    code = "surveys.started"
    message = N_("People have answered already, so this can no longer be changed.")


class AnsweredAlready(Conflict):
    """One answer per person and survey."""

    code = "surveys.answered_already"
    message = N_("You have answered this survey already. Thank you.")


class NotAsked(Forbidden):
    """The survey asks other people."""

    code = "surveys.not_asked"
    message = N_("This survey asks other people this time.")


class SignInToAnswer(Forbidden):
    """The survey takes one answer per account."""

    code = "surveys.sign_in_first"
    message = N_("Please sign in to answer: everybody answers once.")

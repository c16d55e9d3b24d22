"""What can be wrong with a report, a case or an appeal; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class SubjectNotFound(NotFound):
    """What is reported is not there, or not for this reader."""

    code = "moderation.subject_not_found"
    message = N_("What you want to report is not there any more.")


class CaseNotFound(NotFound):
    """No such case, or none of this reader's business."""

    code = "moderation.case_not_found"
    message = N_("This case is not there.")


class ReasonUnknown(Invalid):
    """The reason is none of the list."""

    code = "moderation.reason_unknown"
    message = N_("Please choose a reason from the list.")


class ReportTooLong(Invalid):
    """The words are more than can be read."""

    code = "moderation.too_long"
    message = N_("Please keep it to %(limit)s characters.")


class AppealEmpty(Invalid):
    """An appeal says why."""

    code = "moderation.appeal_empty"
    message = N_("Please say in a few words why the decision is wrong.")


class OwnContent(Invalid):
    """Nobody reports themselves."""

    code = "moderation.own_content"
    message = N_("This is yours. You can remove it yourself.")


class ActionUnknown(Invalid):
    """This cannot be decided for a thing of this kind."""

    code = "moderation.action_unknown"
    message = N_("This decision does not exist for what the case is about.")


class NotAModerator(Forbidden):
    """Only moderators decide, and only where they are moderators."""

    code = "moderation.not_a_moderator"
    message = N_("Only moderators may do that.")


class OwnCase(Forbidden):
    """Nobody decides about themselves."""

    code = "moderation.own_case"
    message = N_("This case is about you or was reported by you. Somebody else decides.")


class AnotherModeratorNeeded(Forbidden):
    """Whoever decided first does not decide again."""

    code = "moderation.another_moderator"
    message = N_("You decided this case first. The second look belongs to somebody else.")


class CaseClaimed(Conflict):
    """Somebody else is working on it."""

    code = "moderation.case_claimed"
    message = N_("Somebody else is working on this case.")


class CaseStateForbids(Conflict):
    """The case is in another state."""

    code = "moderation.state_forbids"
    message = N_("This case is in another state by now. Please look at it again.")


class AppealedAlready(Conflict):
    """One appeal per decision."""

    code = "moderation.appealed_already"
    message = N_("You have appealed this decision already.")

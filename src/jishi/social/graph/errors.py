"""What can stand between two people; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class OnlyOthers(Invalid):
    """Nobody follows, blocks or invites themselves."""

    code = "graph.only_others"
    message = N_("That is you.")


class Blocked(Forbidden):
    """One of the two blocked the other; which one is not told."""

    code = "graph.blocked"
    message = N_("You two cannot connect.")


class TooManyFollows(Conflict):
    """Somebody follows as many people as anybody may."""

    code = "graph.too_many_follows"
    message = N_("You follow %(limit)s people, and that is the most. Let somebody go first.")


class RequestNotFound(NotFound):
    """Nobody asked, or they took it back."""

    code = "graph.request_not_found"
    message = N_("There is no such request any more.")


class ListHidden(Forbidden):
    """This account is private, or one of the two blocked the other."""

    code = "graph.list_hidden"
    message = N_("Only people this person accepted can see that.")


class InvitationGone(NotFound):
    """The invitation does not exist, ran out, was used up or is not meant for this person."""

    code = "graph.invitation_gone"
    message = N_("This invitation is no longer valid. Ask for a new one.")


class ProfileTextInvalid(Invalid):
    """A text about oneself is too long; `field` names it."""

    code = "graph.profile_text_invalid"
    message = N_("At most %(max_length)s characters, please.")


class EdgesUnreadable(Invalid):
    """A line of the file does not have two columns."""

    code = "graph.edges_unreadable"
    message = N_("Line %(line)s does not name two people.")

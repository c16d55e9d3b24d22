"""What can be wrong in a community; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class CommunityNotFound(NotFound):
    """No such community."""

    code = "communities.not_found"
    message = N_("We could not find this community.")


class CommunityIncomplete(Invalid):
    """The description misses something, or says too much; `field` names it."""

    code = "communities.incomplete"
    message = N_("Please check: %(field)s.")


class SlugTaken(Conflict):
    """Another community has this address."""

    code = "communities.slug_taken"
    message = N_("This address is taken. Please choose another one.")


class MembersOnly(Forbidden):
    """What somebody wants is for members."""

    code = "communities.members_only"
    message = N_("This is for members of the community. Join first, then come back.")


class NotPermitted(Forbidden):
    """The person's role does not let them do that."""

    code = "communities.not_permitted"
    message = N_("Your role in this community does not allow that.")


class Muted(Forbidden):
    """The person may read but not write for a while."""

    code = "communities.muted"
    message = N_("You cannot write in this community for the moment. A moderator has muted you.")


class Banned(Forbidden):
    """The person may not join."""

    code = "communities.banned"
    message = N_("You cannot join this community at present.")


class InvitationNeeded(Forbidden):
    """One joins this community by an invitation, and there is none that still works."""

    code = "communities.invitation_needed"
    message = N_("This community is joined by invitation. Ask a member for a link that still works.")


class RulesNotAccepted(Invalid):
    """The rules in force were not accepted."""

    code = "communities.rules_not_accepted"
    message = N_("Please read the rules and accept them first.")


class AnswersMissing(Invalid):
    """A question of the community has no answer."""

    code = "communities.answers_missing"
    message = N_("Please answer every question; the moderators read your answers.")


class AlreadyDecided(Conflict):
    """Somebody else decided in the meantime."""

    code = "communities.already_decided"
    message = N_("Another moderator has decided this in the meantime.")


class OwnerStays(Conflict):
    """The owner cannot leave or be removed."""

    code = "communities.owner_stays"
    message = N_("The owner cannot leave. Hand the community over to another member first.")


class MemberNotFound(NotFound):
    """There is no such member."""

    code = "communities.member_not_found"
    message = N_("We could not find this member.")


class PostNotFound(NotFound):
    """The note is not in this community."""

    code = "communities.post_not_found"
    message = N_("We could not find this post in the community.")


class PostUnfit(Invalid):
    """The note cannot be put there: somebody else's, or meant for other readers."""

    code = "communities.post_unfit"
    message = N_("This note cannot be posted here. Choose the community when you write it.")


class TooManyPins(Conflict):
    """As many posts are pinned as can be."""

    code = "communities.too_many_pins"
    message = N_("At most %(limit)s posts can be pinned. Unpin one first.")


class GatheringNotFound(NotFound):
    """No such event."""

    code = "communities.event_not_found"
    message = N_("We could not find this event.")


class GatheringClosed(Conflict):
    """The event was cancelled, or has begun."""

    code = "communities.event_closed"
    message = N_("Signing up for this event is no longer possible.")


class NotSignedUp(Conflict):
    """The person has no place at the event."""

    code = "communities.not_signed_up"
    message = N_("You have no place at this event. Sign up first.")


class SignInClosed(Conflict):
    """The door of the event is not open now."""

    code = "communities.sign_in_closed"
    message = N_("Signing in is possible from one hour before the event until its end.")


class SignInCodeWrong(Invalid):
    """The code of the door is another one."""

    code = "communities.sign_in_code_wrong"
    message = N_("That is not the code the host is showing. It changes every two minutes.")


class PartnerUnknown(NotFound):
    """The shop never asked."""

    code = "communities.partner_unknown"
    message = N_("This shop has not asked to make offers for your members.")

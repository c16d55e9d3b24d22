"""Why somebody cannot read or send; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class ConversationNotFound(NotFound):
    """No such conversation, or the caller is not in it."""

    code = "messaging.conversation_not_found"
    message = N_("We could not find this conversation.")


class MessageNotFound(NotFound):
    """No such message, or the caller may not see it."""

    code = "messaging.message_not_found"
    message = N_("We could not find this message.")


class CannotWrite(Forbidden):
    """One of the two has blocked the other. Which of them is not said."""

    code = "messaging.cannot_write"
    message = N_("You cannot write to this person.")


class AwaitingAnswer(Forbidden):
    """A stranger has sent the one message that strangers may send."""

    code = "messaging.awaiting_answer"
    message = N_("You can write more once they have answered.")


class LinkFromNewAccount(Forbidden):
    """An account of less than three days sends a link to somebody who does not know it."""

    code = "messaging.link_from_new_account"
    message = N_("New accounts cannot send links to people they do not know yet.")


class MessageEmpty(Invalid):
    """There is nothing to send, or more than one thing at once."""

    code = "messaging.empty"
    message = N_("Write something, or choose a picture.")


class MessageTooLong(Invalid):
    """The text is longer than a message may be."""

    code = "messaging.too_long"
    message = N_("A message has at most %(most)s characters.")


class CardUnknown(Invalid):
    """This kind of thing cannot be sent as a card."""

    code = "messaging.card_unknown"
    message = N_("This cannot be sent as a card.")


class RecallTooLate(Conflict):
    """The two minutes are over."""

    code = "messaging.recall_too_late"
    message = N_("A message can be taken back within two minutes.")


class GroupFull(Conflict):
    """The group has as many members as it may."""

    code = "messaging.group_full"
    message = N_("A group has at most %(most)s members.")


class NotAGroup(Conflict):
    """Only groups have members that come and go."""

    code = "messaging.not_a_group"
    message = N_("This works in groups only.")


class NotGroupOwner(Forbidden):
    """Only the owner may do this."""

    code = "messaging.not_group_owner"
    message = N_("Only the owner of the group can do this.")


class CannotInvite(Forbidden):
    """Only friends can be brought into a group."""

    code = "messaging.cannot_invite"
    message = N_("You can add your friends only.")


class WithYourself(Invalid):
    """A conversation needs somebody else."""

    code = "messaging.with_yourself"
    message = N_("Choose somebody else to write to.")


class GroupTitleInvalid(Invalid):
    """A group's name is empty or too long."""

    code = "messaging.title_invalid"
    message = N_("Give the group a name of at most %(most)s characters.")


class QuickReplyInvalid(Invalid):
    """A saved text is empty, too long, or one too many."""

    code = "messaging.quick_reply_invalid"
    message = N_("Save up to %(most)s texts of at most %(length)s characters.")

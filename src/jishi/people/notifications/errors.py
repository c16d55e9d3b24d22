"""Why a message could not leave."""

from jishi.kernel.errors import N_, Invalid, NotFound, Unavailable


class TextsUnavailable(Unavailable):
    """No gateway for text messages is configured, or it refused."""

    code = "notifications.texts_unavailable"
    message = N_("We cannot send text messages right now. Use your e-mail address instead.")


class MailUnavailable(Unavailable):
    """The mail server refused or could not be reached."""

    code = "notifications.mail_unavailable"
    message = N_("We cannot send mail right now. Try again in a moment.")


class PushUnavailable(Unavailable):
    """A browser's push service refused or could not be reached."""

    code = "notifications.push_unavailable"
    message = N_("The push service cannot be reached right now.")


class MailOutcomeUnknown(MailUnavailable):
    """The line broke while a mail was being handed over: it may have left, or not."""

    code = "notifications.mail_outcome_unknown"
    message = N_("We cannot tell whether the mail left. Look into your mailbox before you try again.")


class TextsOutcomeUnknown(TextsUnavailable):
    """The gateway did not answer a text message: it may have left, or not."""

    code = "notifications.texts_outcome_unknown"
    message = N_("We cannot tell whether the text message left. Wait a moment before you try again.")


class PushOutcomeUnknown(PushUnavailable):
    """A push service did not answer: it may have taken the message, or not."""

    code = "notifications.push_outcome_unknown"
    message = N_("We cannot tell whether the push message left.")


class PushGone(NotFound):
    """A browser has withdrawn its wish to be told, or its address leads nowhere public."""

    code = "notifications.push_gone"
    message = N_("This browser no longer takes messages.")


class PushTargetInvalid(Invalid):
    """What a browser said about itself cannot be used."""

    code = "notifications.push_target_invalid"
    message = N_("This browser's push address cannot be used.")


class ChoiceInvalid(Invalid):
    """No such topic, channel or way."""

    code = "notifications.choice_invalid"
    message = N_("This cannot be chosen.")


class QuietHoursInvalid(Invalid):
    """A time or a time zone that does not exist."""

    code = "notifications.quiet_hours_invalid"
    message = N_("Please check the times and the time zone.")

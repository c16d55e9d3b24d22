"""Why a message could not leave."""

from jishi.kernel.errors import N_, Unavailable


class TextsUnavailable(Unavailable):
    """No gateway for text messages is configured, or it refused."""

    code = "notifications.texts_unavailable"
    message = N_("We cannot send text messages right now. Use your e-mail address instead.")


class MailUnavailable(Unavailable):
    """The mail server refused or could not be reached."""

    code = "notifications.mail_unavailable"
    message = N_("We cannot send mail right now. Try again in a moment.")

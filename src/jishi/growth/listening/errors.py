"""What can be wrong with feedback; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class ItemNotFound(NotFound):
    """There is no such item, or it is somebody else's."""

    code = "listening.not_found"
    message = N_("This feedback is not there.")


class FeedbackInvalid(Invalid):
    """Something cannot be kept; `field` says what."""

    code = "listening.invalid"
    message = N_("Please check: %(field)s.")


class ThemeNotFound(NotFound):
    """There is no such theme."""

    code = "listening.theme_not_found"
    message = N_("This theme is not there.")


class ChangeNotFound(NotFound):
    """There is no such change."""

    code = "listening.change_not_found"
    message = N_("This change is not there.")


class NobodyToAnswer(Conflict):
    """Whoever said it has left, or was never known."""

    code = "listening.nobody_to_answer"
    message = N_("Whoever said this cannot be reached any more.")

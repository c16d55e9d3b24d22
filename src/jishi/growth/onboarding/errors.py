"""What can be wrong with a path; the codes are public and append-only."""

from jishi.kernel.errors import N_, Invalid


class PathInvalid(Invalid):
    """Something about the path cannot be; `field` says what, `row` where."""

    code = "onboarding.path_invalid"
    message = N_("Please check: %(field)s.")

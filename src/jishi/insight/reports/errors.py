"""What can be wrong with reports; the codes are public and append-only."""

from jishi.kernel.errors import N_, Invalid, NotFound


class ReportNotFound(NotFound):
    """There is no such report or issue."""

    code = "reports.not_found"
    message = N_("This report is not there.")


class ReportInvalid(Invalid):
    """Something about the report cannot be; `field` says what."""

    code = "reports.invalid"
    message = N_("Please check: %(field)s.")


class NoteNotFound(NotFound):
    """There is no such note."""

    code = "reports.note_not_found"
    message = N_("This note is not there.")

"""Refusals of imports. Codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, NotFound


class ImportUnknown(NotFound):
    """The shop has no such import."""

    code = "imports.import_unknown"
    message = N_("This import is not here any more.")


class ImportRunning(Conflict):
    """The shop's goods are being written from another file."""

    code = "imports.import_running"
    message = N_("Another file is being imported right now. Wait until it is through, or cancel it.")


class ImportEnded(Conflict):
    """It is done, cancelled or failed, so there is nothing left to do or to stop."""

    code = "imports.import_ended"
    message = N_("This import has already ended.")


class ImportBroken(Conflict):
    """It broke off several times for a reason that is not in the file."""

    code = "imports.import_broken"
    message = N_("The import broke off and was given up. Nothing was changed; please upload the file again.")

"""What can be wrong with events that are handed in; the codes are public and append-only."""

from jishi.kernel.errors import N_, Invalid, NotFound, Unavailable


class BatchMalformed(Invalid):
    """A batch is no JSON of the right shape."""

    code = "behavior.batch_malformed"
    message = N_("Send a JSON object with `batch` (an id of your own) and `events` (a list of up to 500).")


class BatchTooLarge(Invalid):
    """A batch holds too much."""

    code = "behavior.batch_too_large"
    message = N_("A batch may have up to 500 events and 512 KB.")


class FileUnreadable(Invalid):
    """A file that was to be imported cannot be read."""

    code = "behavior.file_unreadable"
    message = N_("The file cannot be read: %(reason)s")


class MappingUnknown(Invalid):
    """A mapping names a column that does not exist."""

    code = "behavior.mapping_unknown"
    message = N_("The mapping names something unknown: %(name)s")


class DeadLetterNotFound(NotFound):
    """No such dead letter, or it was replayed already."""

    code = "behavior.dead_letter_not_found"
    message = N_("This row is gone; it may have been replayed already.")


class LakeBusy(Unavailable):
    """Another process is rewriting the same files."""

    code = "behavior.lake_busy"
    message = N_("The files are being rewritten right now. Please try again in a moment.")

"""What can be wrong with tasks and comments; the codes are public and append-only."""

from jishi.kernel.errors import N_, Invalid, NotFound


class TaskNotFound(NotFound):
    """There is no such task."""

    code = "teamwork.task_not_found"
    message = N_("This task is not there.")


class TaskInvalid(Invalid):
    """Something about the task or comment cannot be; `field` says what."""

    code = "teamwork.invalid"
    message = N_("Please check: %(field)s.")


class OwnerNotStaff(Invalid):
    """Work can only be given to people who work here."""

    code = "teamwork.owner_not_staff"
    message = N_("Work can only be given to somebody of the team.")

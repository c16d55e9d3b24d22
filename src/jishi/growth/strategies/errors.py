"""What can be wrong with a strategy; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class StrategyNotFound(NotFound):
    """Nobody wrote a strategy for these people yet."""

    code = "strategies.not_found"
    message = N_("There is no strategy here yet.")


class StrategyInvalid(Invalid):
    """Something about the strategy cannot be; `field` says what."""

    code = "strategies.invalid"
    message = N_("Please check: %(field)s.")


class SubjectUnknown(NotFound):
    """There are no such people."""

    code = "strategies.subject_unknown"
    message = N_("There is no such group of people.")


class NotRunning(Conflict):
    """Only a running strategy can end or cost something."""

    code = "strategies.not_running"
    message = N_("This strategy is not running.")


class BudgetSpent(Conflict):
    """The budget does not reach so far."""

    code = "strategies.budget_spent"
    message = N_("The budget of this strategy does not cover that.")

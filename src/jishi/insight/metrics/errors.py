"""What metrics refuse."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class MetricUnknown(NotFound):
    """There is no metric of this name."""

    code = "metrics.unknown"
    message = N_("There is no metric called %(name)s.")


class ParamInvalid(Invalid):
    """A parameter has a value that the metric cannot use."""

    code = "metrics.param_invalid"
    message = N_("%(param)s cannot be %(value)s.")


class StepsInvalid(Invalid):
    """A funnel has too few or too many steps, or one of them twice."""

    code = "metrics.steps_invalid"
    message = N_("A funnel has two to eight different steps.")


class PeriodInvalid(Invalid):
    """The first day lies after the last one, or the period is too long."""

    code = "metrics.period_invalid"
    message = N_("The period must begin before it ends, and last at most 731 days.")


class CellInvalid(Invalid):
    """The number that was asked about is not one of this metric."""

    code = "metrics.cell_invalid"
    message = N_("That number is not part of this metric.")


class RunMissing(NotFound):
    """There is no such computation, or it was thrown away."""

    code = "metrics.run_missing"
    message = N_("This computation is no longer kept. Ask again.")


class ViewMissing(NotFound):
    """There is no such saved view."""

    code = "metrics.view_missing"
    message = N_("This saved view does not exist.")


class BoardMissing(NotFound):
    """There is no such board."""

    code = "metrics.board_missing"
    message = N_("This board does not exist.")


class NameTaken(Conflict):
    """Another view or board has this name."""

    code = "metrics.name_taken"
    message = N_("Something with this name exists already.")


class NameMissing(Invalid):
    """A saved view or board needs a name."""

    code = "metrics.name_missing"
    message = N_("Give it a name of at most 60 characters.")


class EngineMissing(Conflict):
    """The engine is not installed here."""

    code = "metrics.engine_missing"
    message = N_("The engine %(engine)s is not installed here.")

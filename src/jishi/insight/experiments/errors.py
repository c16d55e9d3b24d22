"""What can be wrong with an experiment; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class ExperimentNotFound(NotFound):
    """No such experiment."""

    code = "experiments.not_found"
    message = N_("This experiment is not there.")


class ExperimentInvalid(Invalid):
    """Something about the experiment cannot be; `field` says what."""

    code = "experiments.invalid"
    message = N_("Please check: %(field)s.")


class ExperimentStarted(Conflict):
    """Arms, shares and measures are frozen from the start on."""

    code = "experiments.started"
    message = N_("It has started, so this can no longer be changed.")


class WrongState(Conflict):
    """The experiment is not in a state for this."""

    code = "experiments.wrong_state"
    message = N_("This is not possible now: the experiment is %(state)s.")


class SecondPersonNeeded(Forbidden):
    """Whoever asked cannot confirm."""

    code = "experiments.second_person"
    message = N_("Somebody else has to confirm this.")


class NothingAsked(Conflict):
    """Nothing waits for a second person."""

    code = "experiments.nothing_asked"
    message = N_("Nothing waits for confirmation here.")


class LayerFull(Conflict):
    """The layer has fewer free buckets than the experiment wants."""

    code = "experiments.layer_full"
    message = N_("Only %(free)s percent of the layer %(layer)s is free.")


class SlotBusy(Conflict):
    """An experiment of another layer runs at the same place."""

    code = "experiments.slot_busy"
    message = N_("Another experiment in the layer %(layer)s uses this place. Choose the same layer.")


class ShopHasNotAgreed(Conflict):
    """The shop whose price it is has not said yes, or has taken it back."""

    code = "experiments.shop_not_agreed"
    message = N_("The shop has not agreed to this price yet.")


class StartIsPast(Conflict):
    """The first block begins before two people and the shop were ready."""

    code = "experiments.start_is_past"
    message = N_("The first block has begun already. Make a new plan with a later start.")

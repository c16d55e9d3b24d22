"""What can be wrong with a campaign; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class CampaignNotFound(NotFound):
    """No such campaign."""

    code = "campaigns.not_found"
    message = N_("This campaign is not there.")


class CampaignInvalid(Invalid):
    """Something about the campaign cannot be; `field` says what."""

    code = "campaigns.invalid"
    message = N_("Please check: %(field)s.")


class StepInvalid(Invalid):
    """Something about a step cannot be; `place` is its number in the list, `field` says what."""

    code = "campaigns.step_invalid"
    message = N_("Please check step %(place)s: %(field)s.")


class WrongState(Conflict):
    """The campaign is not in a state for this."""

    code = "campaigns.wrong_state"
    message = N_("This is not possible now: the campaign is %(state)s.")


class SecondPersonNeeded(Forbidden):
    """Whoever asked, or wrote it, cannot confirm."""

    code = "campaigns.second_person"
    message = N_("Somebody else has to confirm this.")


class NothingAsked(Conflict):
    """Nothing waits for a second person."""

    code = "campaigns.nothing_asked"
    message = N_("Nothing waits for confirmation here.")


class NotReady(Conflict):
    """A check of the run sheet stands in the way."""

    code = "campaigns.not_ready"
    message = N_("The run sheet has an open point. Please look at it first.")


class AdministratorNeeded(Forbidden):
    """Giving up the hold-out takes an administrator."""

    code = "campaigns.administrator_needed"
    message = N_("Only an administrator may give up the hold-out, with a reason.")


class VariableUnknown(Invalid):
    """A message names a variable that there is not."""

    code = "campaigns.variable_unknown"
    message = N_("Step %(place)s: no message knows {%(name)s}. The list below it says what it may name.")


class VariableNotProvided(Invalid):
    """A message names a variable that this trigger, or the steps before, do not provide."""

    code = "campaigns.variable_not_provided"
    message = N_("Step %(place)s: {%(name)s} is not known of whoever comes in this way.")


class VariableWithoutPage(Invalid):
    """The link of a message is a variable that is no page."""

    code = "campaigns.variable_without_page"
    message = N_("Step %(place)s: {%(name)s} has no page to lead to.")

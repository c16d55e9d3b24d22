"""Refusals of the recommender: of its library, and of the shop."""

from __future__ import annotations

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class SignalsBroken(ValueError):
    """Rows point outside the people and items that were announced."""


class ModelFileBroken(ValueError):
    """A model file is of another version, incomplete, or was changed after it was written."""


class ShowingUnknown(NotFound):
    """No list of this reader has such a place (any more)."""

    code = "recommendation.showing_unknown"
    message = N_("That list is gone. What is shown now has its own reasons.")


class ThingUnknown(NotFound):
    """There is nothing of this kind to leave out."""

    code = "recommendation.thing_unknown"
    message = N_("We could not find what should be left out.")


class TooMuchHidden(Invalid):
    """Somebody left out more than a list can check."""

    code = "recommendation.too_much_hidden"
    message = N_("You have left out %(limit)s things. Please take some of them back first.")


class BundleUnknown(NotFound):
    """This shop has no such proposal (any more)."""

    code = "recommendation.bundle_unknown"
    message = N_("This proposal is gone.")


class ContestRunning(Conflict):
    """The home page can only be shared by two mixes at a time."""

    code = "recommendation.contest_running"
    message = N_("Another contest is running on the home page. End it first.")


class ContestInvalid(Invalid):
    """A contest needs a name and two different mixes."""

    code = "recommendation.contest_invalid"
    message = N_("A contest needs a name and two different mixes.")


class ContestUnknown(NotFound):
    """No contest has this code."""

    code = "recommendation.contest_unknown"
    message = N_("We could not find this contest.")

"""What can be wrong in the content plan; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class PieceNotFound(NotFound):
    """No such piece."""

    code = "publishing.piece_not_found"
    message = N_("This piece is not in the plan.")


class AssetNotFound(NotFound):
    """No such picture in the library."""

    code = "publishing.asset_not_found"
    message = N_("This picture is not in the library.")


class ChannelNotFound(NotFound):
    """No such account."""

    code = "publishing.channel_not_found"
    message = N_("This account is not there.")


class PieceInvalid(Invalid):
    """A field of a piece has a value that cannot be."""

    code = "publishing.piece_invalid"
    message = N_("Please check: %(field)s.")


class AssetInvalid(Invalid):
    """A picture lacks something, or has something that cannot be."""

    code = "publishing.asset_invalid"
    message = N_("Please check: %(field)s.")


class ChannelInvalid(Invalid):
    """A field of an account has a value that cannot be."""

    code = "publishing.channel_invalid"
    message = N_("Please check: %(field)s.")


class FiguresInvalid(Invalid):
    """A file of figures cannot be read; `faults` say where."""

    code = "publishing.figures_invalid"
    message = N_("Nothing was imported: %(count)s lines need a look.")


class StepForbidden(Conflict):
    """A piece cannot go from where it is to there."""

    code = "publishing.step_forbidden"
    message = N_("This piece is in another state now. Please look at it again.")


class MomentPast(Invalid):
    """A moment that is over, or none."""

    code = "publishing.moment_past"
    message = N_("Choose a moment that is still to come.")


class SecondPersonNeeded(Forbidden):
    """Who wrote a piece does not review it."""

    code = "publishing.second_person"
    message = N_("Somebody who has not written on this piece has to review it.")


class CheckStops(Conflict):
    """The check found something that forbids publishing; `reason` is the first of it in English."""

    code = "publishing.check_stops"
    message = N_("The check does not let this through yet. Its reasons stand beside the piece.")


class ChangedMeanwhile(Conflict):
    """Somebody else saved the piece in the meantime."""

    code = "publishing.changed_meanwhile"
    message = N_("Somebody saved this piece in the meantime. Please look at it again.")


class NoConnection(Conflict):
    """Nothing is connected to this platform."""

    code = "publishing.no_connection"
    message = N_("Nothing is connected to this platform. Take the package and post it by hand.")


class VariantUnfit(Conflict):
    """A version breaks a limit of its platform."""

    code = "publishing.variant_unfit"
    message = N_("This version does not fit the platform yet.")


class PlatformRefused(Conflict):
    """A platform did not take a package; nothing was posted."""

    code = "publishing.platform_refused"
    message = N_("The platform did not take it: %(reason)s")

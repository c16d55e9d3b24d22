"""States of a community purchase in which a request is refused; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class LeaderNotFound(NotFound):
    """No such leader."""

    code = "community_buys.leader_not_found"
    message = N_("We could not find this leader.")


class ApplicationInvalid(Invalid):
    """Something is missing in an application or a point."""

    code = "community_buys.application_invalid"
    message = N_("Please fill in your name, a phone number, your area and where people can collect.")


class AlreadyApplied(Conflict):
    """The person is a leader, or waits for the decision."""

    code = "community_buys.already_applied"
    message = N_("You have applied already. We tell you as soon as it is decided.")


class ReasonMissing(Invalid):
    """A refusal says why."""

    code = "community_buys.reason_missing"
    message = N_("Please say why.")


class SubstituteUnfit(Invalid):
    """A substitute is another approved leader of the same area."""

    code = "community_buys.substitute_unfit"
    message = N_("A substitute is another approved leader of the same area, for at most 60 days.")


class PointNotFound(NotFound):
    """No such pick-up point."""

    code = "community_buys.point_not_found"
    message = N_("We could not find this pick-up point.")


class PointMissing(Invalid):
    """A round's price is for goods that are collected."""

    code = "community_buys.point_missing"
    message = N_("Please choose a pick-up point.")


class PointClosed(Conflict):
    """The point takes no goods now, or lies in another area."""

    code = "community_buys.point_closed"
    message = N_("This pick-up point takes no orders at present. Please choose another one.")


class RoundNotFound(NotFound):
    """No such round, or not this shop's."""

    code = "community_buys.round_not_found"
    message = N_("We could not find this round.")


class SeriesNotFound(NotFound):
    """No such series of rounds."""

    code = "community_buys.series_not_found"
    message = N_("We could not find this round.")


class WeekdaysMissing(Invalid):
    """A series comes again on some day of the week."""

    code = "community_buys.weekdays_missing"
    message = N_("Please choose at least one day of the week.")


class RoundInvalid(Invalid):
    """The times, the commission or the budget of a round contradict each other."""

    code = "community_buys.round_invalid"
    message = N_("Please check the times, the commission and the budget of the round.")


class ItemInvalid(Invalid):
    """Price, cap or limit make no sense."""

    code = "community_buys.item_invalid"
    message = N_("Please check the price, the most units and the limit per person.")


class ItemNotFound(NotFound):
    """Not in this round."""

    code = "community_buys.item_not_found"
    message = N_("This is not part of the round.")


class NotPossibleNow(Conflict):
    """The round, leader or collection is in another state by now."""

    code = "community_buys.not_possible_now"
    message = N_("That is not possible any more. Please look again.")


class RoundNotOpen(Conflict):
    """It has not started."""

    code = "community_buys.not_open"
    message = N_("This round has not started yet.")


class CutoffPassed(Conflict):
    """It takes no orders any more; money that comes goes back."""

    code = "community_buys.cutoff_passed"
    message = N_("The cut-off of this round has passed. What you paid for it goes back in full.")


class TooFewLeft(Conflict):
    """The cap of an item is reached."""

    code = "community_buys.too_few_left"
    message = N_("Only %(left)s of this can still be ordered.")


class TooManyUnits(Conflict):
    """More units than one person may order."""

    code = "community_buys.too_many"
    message = N_("At most %(limit)s per person in this round.")


class CountInvalid(Invalid):
    """A count of arrived goods is missing or no number."""

    code = "community_buys.count_invalid"
    message = N_("Please count every product of the demand; zero is a count too.")


class CollectionNotFound(NotFound):
    """Nobody has this order to collect, or a stranger asks."""

    code = "community_buys.collection_not_found"
    message = N_("We could not find these goods.")


class NotYourPoint(Forbidden):
    """Only who is responsible for the point hands out."""

    code = "community_buys.not_your_point"
    message = N_("Only the leader of this point, or the substitute, can hand these goods out.")


class SecretWrong(Conflict):
    """The pick-up code is another one."""

    code = "community_buys.secret_wrong"
    message = N_("That is not the pick-up code. %(left)s more tries.")


class SecretLocked(Conflict):
    """Too many wrong codes; the buyer can make a new one."""

    code = "community_buys.secret_locked"
    message = N_("Too many wrong codes. The buyer can make a new code in the app.")

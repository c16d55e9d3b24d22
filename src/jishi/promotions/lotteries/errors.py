"""What can be wrong with a lottery, an entry or a claim; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class LotteryNotFound(NotFound):
    """No such lottery."""

    code = "lotteries.not_found"
    message = N_("We could not find this lottery.")


class LotteryInvalid(Invalid):
    """A setting makes no sense; `field` names it."""

    code = "lotteries.invalid"
    message = N_("Please check: %(field)s.")


class PrizeTooHigh(Forbidden):
    """A prize is worth more than the rule pack allows."""

    code = "lotteries.prize_too_high"
    message = N_("A prize may not be worth more than the law of this place allows.")


class LotteryNotOpen(Conflict):
    """It has not begun, or takes no entries any more."""

    code = "lotteries.not_open"
    message = N_("This lottery takes no entries now.")


class EnteredAlready(Conflict):
    """The person has as many entries as they may, or the order was used."""

    code = "lotteries.entered_already"
    message = N_("You have entered already.")


class OrderNotEligible(Conflict):
    """The order does not entitle to an entry: not paid in the period, too small, of another shop,
    refunded.
    """

    code = "lotteries.order_not_eligible"
    message = N_("This order does not give an entry here.")


class InsidersExcluded(Forbidden):
    """Whoever works for the shop does not take part."""

    code = "lotteries.insiders_excluded"
    message = N_("People who work for the shop do not take part.")


class NothingWon(NotFound):
    """The person has no such win, or its time is over."""

    code = "lotteries.nothing_won"
    message = N_("There is nothing to claim here, or the time for it is over.")


class PrizeBoughtAlone(Invalid):
    """A prize is ordered by itself, one piece."""

    code = "lotteries.prize_alone"
    message = N_("A prize is claimed by itself: one piece. Please order the rest separately.")


class PrizeGone(Conflict):
    """The claim's time was over when the order came through."""

    code = "lotteries.prize_gone"
    message = N_("The time to claim this prize is over.")

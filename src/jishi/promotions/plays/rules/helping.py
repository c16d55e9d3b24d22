"""What mechanics with helpers have in common: time, limits, what is set aside, and suspicion."""

from collections.abc import Iterator

from jishi.kernel.errors import N_
from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.clauses import Clause
from jishi.promotions.plays.rules.limits import HOUSEHOLD
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.rallies import RallyTerms
from jishi.promotions.plays.rules.terms import Crowd, Terms, Verdict

PARAMS = (
    Param(
        "hours",
        "int",
        24,
        N_("Hours to gather friends"),
        N_("Counted from the start, never beyond the end of the offer."),
        minimum=1,
        maximum=168,
    ),
    Param(
        "pay_hours",
        "int",
        24,
        N_("Hours to buy after success"),
        N_("Once the goal is reached it has to be bought within this time."),
        minimum=1,
        maximum=168,
    ),
    Param(
        "per_person",
        "int",
        1,
        N_("Starts per person"),
        N_("How often one person may begin under this offer. 0 means no limit."),
        minimum=0,
        maximum=99,
    ),
    HOUSEHOLD,
    Param(
        "units_per_day",
        "int",
        0,
        N_("Starts a day"),
        N_("Once so many have begun, the offer goes on tomorrow. 0 means no limit."),
        minimum=0,
        maximum=99_999,
    ),
    Param(
        "helps_per_day",
        "int",
        3,
        N_("Helps per friend and day"),
        N_("How many people one friend may help under this offer in a day. 0 means no limit."),
        minimum=0,
        maximum=99,
    ),
    Param(
        "helps_per_offer",
        "int",
        0,
        N_("Helps per friend in all"),
        N_("How many people one friend may help under this offer. 0 means no limit."),
        minimum=0,
        maximum=999,
    ),
    Param(
        "sets_aside",
        "choice",
        "start",
        N_("When is a piece set aside?"),
        N_("At the start nobody is disappointed at the end; at the order fewer pieces wait."),
        choices=(("start", N_("At the start")), ("order", N_("At the order"))),
    ),
    Param(
        "paid_late",
        "choice",
        "refund",
        N_("Ordered in time, paid after the end"),
        N_("Either the end is the end and the money goes back, or the order is honoured while stock lasts."),
        choices=(("refund", N_("Refund")), ("honour", N_("Honour it"))),
    ),
    Param(
        "new_accounts",
        "int",
        3,
        N_("Brand-new accounts before a check"),
        N_(
            "So many helps of accounts younger than an hour count at once; further ones are looked at by a "
            "person first. 0 means never."
        ),
        minimum=0,
        maximum=99,
    ),
)


def rally_terms(params: Params, *, helpers: int) -> RallyTerms:
    """Return what the shared settings amount to; a mechanic adds its own by `replace`."""
    return RallyTerms(
        helpers=helpers,
        hours=params["hours"],
        pay_hours=params["pay_hours"],
        per_person=params["per_person"],
        per_household=params["household_total"],
        per_day=params["units_per_day"],
        helps_per_day=params["helps_per_day"],
        helps_per_offer=params["helps_per_offer"],
        sets_aside=params["sets_aside"] == "start",
        honours_late=params["paid_late"] == "honour",
        new_accounts=params["new_accounts"],
    )


def _say(params: Params) -> Iterator[Phrase]:
    if params["sets_aside"] == "start":
        yield Phrase(N_("Your piece is set aside for you until your time is over."))


HELPING = Clause(PARAMS, say=_say)


def verdict(terms: Terms, crowd: Crowd, is_over: bool) -> Verdict:
    """Rallies have no teams; nobody asks."""
    return "wait"

"""What can be wrong with an offer, a team or a seat; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class OfferNotFound(NotFound):
    """No such offer, or it does not cover what is being bought."""

    code = "plays.offer_not_found"
    message = N_("We could not find this offer.")


class OfferNotStarted(Conflict):
    """The period of the offer lies ahead."""

    code = "plays.offer_not_started"
    message = N_("This offer has not started yet.")


class OfferEnded(Conflict):
    """The offer is over or was stopped by the shop."""

    code = "plays.offer_ended"
    message = N_("This offer is over.")


class OfferSoldOut(Conflict):
    """The quantity set aside for the offer is used up."""

    code = "plays.offer_sold_out"
    message = N_("Everything set aside for this offer is taken. Only %(available)s left.")


class OfferOverlaps(Conflict):
    """The product already has an offer in that period."""

    code = "plays.offer_overlaps"
    message = N_("This product already has an offer in that period (%(offer)s).")


class OfferPeriodEmpty(Invalid):
    """The offer would be over before it began, or has nothing to give."""

    code = "plays.offer_period_empty"
    message = N_(
        "This offer would be over before anybody could use it. Please check its period and quantity."
    )


class OfferVariantsWrong(Invalid):
    """Prices are missing, or are for goods of another product."""

    code = "plays.offer_variants_wrong"
    message = N_("Please give a team price for at least one choice of this product, and only of this one.")


class OfferPriceTooHigh(Invalid):
    """A team price is not above zero and below the price alone."""

    code = "plays.offer_price_too_high"
    message = N_("A team price must be above zero and below the price alone.")


class ParamsContradict(Invalid):
    """Two settings cannot both hold; the preview names them."""

    code = "plays.params_contradict"
    message = N_("Two settings of this offer contradict each other. The preview says which.")


class ParamRefused(Invalid):
    """A setting is missing, unknown or out of bounds."""

    code = "plays.param_refused"
    message = N_("Please check this setting. Possible: %(expected)s.")


class MechanicUnknown(Invalid):
    """There is no such way of playing together."""

    code = "plays.mechanic_unknown"
    message = N_("There is no such kind of offer: %(mechanic)s.")


class OfferMembersOnly(Forbidden):
    """The offer is for an audience that this person is not in."""

    code = "plays.members_only"
    message = N_("This offer is for members of a community. Join the community first, then come back.")


class AudienceNotAgreed(Forbidden):
    """Whoever runs the audience has not agreed to offers of this shop."""

    code = "plays.audience_not_agreed"
    message = N_("The owner of this community has not agreed to offers from your shop. Ask them first.")


class VirtualCompletionRefused(Forbidden):
    """The rule pack does not let a shop fill teams with house members."""

    code = "plays.virtual_completion_refused"
    message = N_("Filling teams with house members is not allowed here.")


class SettingForbidden(Forbidden):
    """The rule pack does not allow this setting."""

    code = "plays.setting_forbidden"
    message = N_("This setting is not allowed here.")


class PrizeTooDear(Forbidden):
    """The goods of a draw are worth more than a prize may be."""

    code = "plays.prize_too_dear"
    message = N_("These goods are worth more than a prize may be here.")


class BoughtAlone(Invalid):
    """An order for a team holds one kind of goods and nothing else."""

    code = "plays.bought_alone"
    message = N_(
        "A team purchase is ordered by itself: one product, one choice. Please order the rest separately."
    )


class TooMany(Conflict):
    """More units than one person may have."""

    code = "plays.too_many"
    message = N_("This offer allows at most %(limit)s per person.")


class TooManyTeams(Conflict):
    """The person takes part in as many teams of this offer as it allows."""

    code = "plays.too_many_teams"
    message = N_("You are already in %(limit)s teams of this offer, which is the most it allows.")


class TooManyHere(Conflict):
    """So much goes to this delivery address already."""

    code = "plays.too_many_here"
    message = N_("This offer allows at most %(limit)s to one delivery address.")


class TooManyToday(Conflict):
    """The person bought as much as they may today."""

    code = "plays.too_many_today"
    message = N_("This offer allows at most %(limit)s per person a day. Please come back tomorrow.")


class SoldOutToday(Conflict):
    """Today's quantity is taken."""

    code = "plays.sold_out_today"
    message = N_("Everything for today is taken. The offer goes on tomorrow.")


class BudgetUsedUp(Conflict):
    """The shop has given as much as it meant to give."""

    code = "plays.budget_used_up"
    message = N_("Everything the shop gives in this offer is given.")


class RallyNotFound(NotFound):
    """No such bargain or collection of likes."""

    code = "plays.rally_not_found"
    message = N_("We could not find this.")


class TooManyRallies(Conflict):
    """The person began as often as the offer allows."""

    code = "plays.too_many_rallies"
    message = N_("You have begun %(limit)s times, which is the most this offer allows.")


class RallyOver(Conflict):
    """It ended, or its goal is reached: no help is needed any more."""

    code = "plays.rally_over"
    message = N_("This is over, no help is needed any more. You can begin your own.")


class OwnRally(Conflict):
    """One cannot help oneself."""

    code = "plays.own_rally"
    message = N_("You cannot help yourself. Send it to friends.")


class HelpedAlready(Conflict):
    """The person helped here, or somebody else under an offer where one helps once."""

    code = "plays.helped_already"
    message = N_("You have already helped here. Every friend helps once.")


class HelpsUsedUpToday(Conflict):
    """The person helped as many people as they may in a day."""

    code = "plays.helps_used_up_today"
    message = N_("You have helped %(limit)s times today, which is the most. Come back tomorrow.")


class HelpsUsedUp(Conflict):
    """The person helped as many people as they may under this offer."""

    code = "plays.helps_used_up"
    message = N_("You have helped %(limit)s times here, which is the most.")


class HelpNotFound(NotFound):
    """No such help waits to be looked at."""

    code = "plays.help_not_found"
    message = N_("We could not find this help, or somebody has decided about it.")


class NothingToBuyYet(Conflict):
    """The goal is not reached, and this offer does not sell before."""

    code = "plays.nothing_to_buy_yet"
    message = N_("The goal is not reached yet.")


class RallyMoved(Conflict):
    """A friend helped between the quote and the order."""

    code = "plays.rally_moved"
    message = N_("A friend has just helped: the price is even lower now. Please look again.")


class RallyGone(Conflict):
    """A payment came when its right had ended; the money goes back by itself."""

    code = "plays.rally_gone"
    message = N_("Your payment arrived after the time was over. The full amount is on its way back to you.")


class NewcomersOnly(Forbidden):
    """The seat is kept for people who never bought here."""

    code = "plays.newcomers_only"
    message = N_("This seat is for people who are buying here for the first time.")


class TeamNotFound(NotFound):
    """No such team."""

    code = "plays.team_not_found"
    message = N_("We could not find this team.")


class TeamFull(Conflict):
    """Every seat is taken or being paid."""

    code = "plays.team_full"
    message = N_("This team is full. You can start your own.")


class TeamClosed(Conflict):
    """The team's time is over, or it already formed or failed."""

    code = "plays.team_closed"
    message = N_("This team is closed. You can start your own.")


class AlreadyInTeam(Conflict):
    """The person has a seat in this team."""

    code = "plays.already_in_team"
    message = N_("You are already in this team.")


class NotInTeam(NotFound):
    """The person has no seat in this team."""

    code = "plays.not_in_team"
    message = N_("You are not in this team.")


class SeatGone(Conflict):
    """A payment came when its seat could no longer be had; the money goes back by itself."""

    code = "plays.seat_gone"
    message = N_("Your payment arrived after the seat was gone. The full amount is on its way back to you.")

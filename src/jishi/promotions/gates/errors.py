"""States in which a gate lets nobody through; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid


class GateInvalid(Invalid):
    """A limit is out of bounds."""

    code = "gates.gate_invalid"
    message = N_(
        "Please check the limits: whole numbers up to %(most)s, and what one may have at a time fits."
    )


class AudienceNotAgreed(Forbidden):
    """Whoever runs the audience has not agreed to offers of this shop."""

    code = "gates.audience_not_agreed"
    message = N_("The owner of this community has not agreed to offers from your shop. Ask them first.")


class MembersOnly(Forbidden):
    """It is for an audience that this person is not in."""

    code = "gates.members_only"
    message = N_("This offer is for members of a community. Join the community first, then come back.")


class AddressMissing(Conflict):
    """A limit per household needs to know the household."""

    code = "gates.address_missing"
    message = N_("This is limited per household. Please save your address first, then come back.")


class TooManyHere(Conflict):
    """The household has so much already."""

    code = "gates.too_many_here"
    message = N_("At most %(limit)s per household, and yours would have more with this.")


class TooManyToday(Conflict):
    """The person took as much as they may today."""

    code = "gates.too_many_today"
    message = N_("At most %(limit)s per person a day. Please come back tomorrow.")


class SoldOutToday(Conflict):
    """Today's quantity is taken."""

    code = "gates.sold_out_today"
    message = N_("Everything for today is taken. There is more tomorrow.")

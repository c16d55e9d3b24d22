"""What can keep a parcel from leaving; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid


class FulfilmentOnHold(Conflict):
    """Something that the order depends on has not happened yet, for example a team that is still filling."""

    code = "fulfillment.on_hold"
    message = N_("This order cannot be shipped yet: it is still waiting for something to complete.")


class CarrierUnknown(Invalid):
    """The parcel service is not one we know."""

    code = "fulfillment.carrier_unknown"
    message = N_("Choose one of the listed carriers.")


class TrackingNumberInvalid(Invalid):
    """The tracking number is empty or has characters no carrier uses."""

    code = "fulfillment.tracking_number_invalid"
    message = N_("A tracking number has 4 to 40 letters, digits or dashes.")


class AlreadyShipped(Conflict):
    """The order left with another parcel."""

    code = "fulfillment.already_shipped"
    message = N_("This order was already shipped with parcel %(tracking_number)s.")

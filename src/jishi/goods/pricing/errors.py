"""States in which a price cannot be set or quoted."""

from jishi.kernel.errors import N_, Conflict, Invalid


class NothingToPrice(Invalid):
    """A request without a single line."""

    code = "pricing.nothing_to_price"
    message = N_("There is nothing to price.")


class TooManyLines(Invalid):
    """More lines than one quote may carry."""

    code = "pricing.too_many_lines"
    message = N_("One order can hold at most %(most)s different lines.")


class QuantityInvalid(Invalid):
    """A quantity that is not a whole number from one upward."""

    code = "pricing.quantity_invalid"
    message = N_("A quantity must be a whole number between 1 and %(most)s.")


class LineKeyRepeated(Invalid):
    """Two lines of one request share a key."""

    code = "pricing.line_key_repeated"
    message = N_("Two lines carry the same key %(key)s.")


class DeliveryInvalid(Invalid):
    """A delivery choice with a negative fee, or two for one shop."""

    code = "pricing.delivery_invalid"
    message = N_("This way of delivery cannot be chosen.")


class NotForSale(Conflict):
    """The variant is gone, withdrawn, its shop is closed, or it has no price in this currency."""

    code = "pricing.not_for_sale"
    message = N_("%(name)s cannot be bought at the moment.")


class PriceInvalid(Invalid):
    """A price that is negative, absurd, or for a variant that does not exist."""

    code = "pricing.price_invalid"
    message = N_("%(amount)s is not a price.")


class PricedVariantUnknown(Invalid):
    """A price was given for a variant that does not exist."""

    code = "pricing.variant_unknown"
    message = N_("There is no variant %(variant)s to price.")

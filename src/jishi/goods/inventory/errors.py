"""States of stock in which a request is refused."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound, Unavailable


class OutOfStock(Conflict):
    """Fewer units are free than were asked for; nothing was set aside."""

    code = "inventory.out_of_stock"
    message = N_("Only %(available)s left of %(name)s.")


class SoldOut(OutOfStock):
    """Not a single unit is free."""

    code = "inventory.sold_out"
    message = N_("%(name)s is sold out.")


class StockBusy(Unavailable):
    """Somebody else has been changing the same stock for too long."""

    code = "inventory.stock_busy"
    message = N_("Many people are buying this right now. Please try again in a moment.")


class StockQuantityInvalid(Invalid):
    """A quantity that is no whole number or lies outside what a shelf can hold."""

    code = "inventory.quantity_invalid"
    message = N_("A stock quantity must be a whole number between %(least)s and %(most)s.")


class StockVariantUnknown(Invalid):
    """The variant does not exist or belongs to another shop."""

    code = "inventory.variant_unknown"
    message = N_("This shop has no variant %(variant)s.")


class CountBelowReserved(Conflict):
    """A count lower than what buyers have already been promised."""

    code = "inventory.count_below_reserved"
    message = N_("%(reserved)s units of %(name)s are promised to buyers; the count cannot be lower.")


class ReferenceReused(Conflict):
    """The same reference came back with other goods."""

    code = "inventory.reference_reused"
    message = N_("%(reference)s already stands for other goods.")


class HoldUnknown(NotFound):
    """Nothing was ever set aside under this reference."""

    code = "inventory.hold_unknown"
    message = N_("Nothing is set aside for %(reference)s.")


class HoldNotCommitted(Conflict):
    """The goods are not paid for, or were given back, and so cannot leave the shelf."""

    code = "inventory.hold_not_committed"
    message = N_("The goods of %(reference)s are not sold; they cannot leave the shelf.")


class ReturnTooLarge(Conflict):
    """More came back than was shipped."""

    code = "inventory.return_too_large"
    message = N_("Only %(shipped)s of these units were shipped and not yet returned.")


class WarehouseUnknown(NotFound):
    """The shop has no warehouse of this code."""

    code = "inventory.warehouse_unknown"
    message = N_("This shop has no warehouse %(warehouse)s.")


class StillInStock(Conflict):
    """Somebody wants to be told when a product is back that can be bought now."""

    code = "inventory.still_in_stock"
    message = N_("It is in stock now, so you can buy it at once.")

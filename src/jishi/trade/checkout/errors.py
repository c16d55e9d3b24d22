"""What can be wrong with a cart or a checkout; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid


class InvalidQuantity(Invalid):
    """A quantity is not a whole number between 1 and the limit."""

    code = "checkout.invalid_quantity"
    message = N_("Choose a whole number between 1 and %(limit)s.")


class CartEmpty(Invalid):
    """There is nothing to order."""

    code = "checkout.cart_empty"
    message = N_("There is nothing selected to order.")


class CartFull(Conflict):
    """A cart keeps a limited number of lines."""

    code = "checkout.cart_full"
    message = N_("The cart holds up to %(limit)s different things. Remove something first.")


class NotSellable(Conflict):
    """A variant is not on sale, or has no price in this currency."""

    code = "checkout.not_sellable"
    message = N_("Something in your order is not for sale any more. Please remove it.")


class QuoteChanged(Conflict):
    """The price of the order is not what the buyer saw; `fingerprint` and `total_minor` are the new ones."""

    code = "checkout.quote_changed"
    message = N_("The price has changed. Please look at the new total before you order.")


class AddressMissing(Invalid):
    """Nothing can be sent without an address."""

    code = "checkout.address_missing"
    message = N_("Choose where to send it.")


class DeliveryUnknown(Invalid):
    """A shop does not offer the chosen way of delivery."""

    code = "checkout.delivery_unknown"
    message = N_("Choose one of the ways of delivery offered.")


class OneCurrencyOnly(Invalid):
    """The lines belong to shops with different currencies; they need a checkout each."""

    code = "checkout.one_currency_only"
    message = N_("These shops sell in different currencies. Please order from them one after the other.")


class CheckoutKeyInvalid(Invalid):
    """Placing needs a key of 8 to 64 characters that names the attempt."""

    code = "checkout.key_invalid"
    message = N_("This page is out of date. Please open the checkout again.")


class CheckoutKeyReused(Conflict):
    """The key belongs to an earlier checkout with another content."""

    code = "checkout.key_reused"
    message = N_("This order was already placed. You find it under your orders.")


class TooManyUnpaid(Conflict):
    """A person may keep only a few orders unpaid at a time, as each keeps goods from others."""

    code = "checkout.too_many_unpaid"
    message = N_("You have %(unpaid)s unpaid orders. Please pay or cancel one of them first.")

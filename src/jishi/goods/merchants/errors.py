"""States in which a request about a shop is refused."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class ShopUnknown(NotFound):
    """No shop has this id or address."""

    code = "merchants.shop_unknown"
    message = N_("This shop does not exist.")


class SlugTaken(Conflict):
    """Another shop already lives at this address."""

    code = "merchants.slug_taken"
    message = N_("The address %(slug)s is already taken by another shop.")


class ShopTermsInvalid(Invalid):
    """A fee, a rate or a period lies outside what a shop may have."""

    code = "merchants.shop_terms_invalid"
    message = N_("%(field)s must lie between %(least)s and %(most)s.")


class ShopAddressInvalid(Invalid):
    """A slug that could not stand in a URL."""

    code = "merchants.shop_address_invalid"
    message = N_("A shop address has 2 to 60 small letters, digits and hyphens.")


class TimeZoneUnknown(Invalid):
    """A time zone that the tz database does not list."""

    code = "merchants.time_zone_unknown"
    message = N_("%(time_zone)s is not a time zone.")


class NotShopStaff(Forbidden):
    """The person does not work for this shop."""

    code = "merchants.not_shop_staff"
    message = N_("You do not work for this shop.")

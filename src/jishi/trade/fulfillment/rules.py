"""How goods can travel and who carries them. Pure."""

import re
from collections.abc import Mapping

from jishi.kernel.errors import N_
from jishi.kernel.money import exponent
from jishi.trade.fulfillment.errors import CarrierUnknown, TrackingNumberInvalid

STANDARD, EXPRESS, PICKUP = "standard", "express", "pickup"
OPTION_NAMES: Mapping[str, str] = {
    STANDARD: N_("Standard delivery"),
    EXPRESS: N_("Express delivery"),
    PICKUP: N_("Collected at a pick-up point"),
}
ETA_DAYS: Mapping[str, int] = {STANDARD: 3, EXPRESS: 1, PICKUP: 1}
EXPRESS_SURCHARGE_UNITS = 10
"""Whole units of the shop's currency that express costs above standard."""

CARRIERS: Mapping[str, str] = {
    "sf": N_("SF Express"),
    "jd": N_("JD Logistics"),
    "zto": N_("ZTO Express"),
    "yto": N_("YTO Express"),
    "sto": N_("STO Express"),
    "yunda": N_("Yunda Express"),
    "jt": N_("J&T Express"),
    "ems": N_("EMS"),
    "dhl": N_("DHL"),
    "ups": N_("UPS"),
    "other": N_("Another carrier"),
}

_TRACKING = re.compile(r"[A-Za-z0-9-]{4,40}")


def express_fee(standard_fee_minor: int, currency: str) -> int:
    """Return what express costs; it is never free, as the carrier is not either."""
    surcharge: int = EXPRESS_SURCHARGE_UNITS * 10 ** exponent(currency)
    return standard_fee_minor + surcharge


def check_parcel(carrier: str, tracking_number: str) -> str:
    """Return the tracking number as it is stored: trimmed and in capitals.

    :raises CarrierUnknown: the carrier is not in `CARRIERS`.
    :raises TrackingNumberInvalid: the number is empty or strange.
    """
    if carrier not in CARRIERS:
        raise CarrierUnknown
    number = tracking_number.strip().replace(" ", "")
    if not _TRACKING.fullmatch(number):
        raise TrackingNumberInvalid
    return number.upper()

"""The ways of playing together that shops can choose. One file each; adding one is one line here."""

from jishi.promotions.plays.errors import MechanicUnknown
from jishi.promotions.plays.mechanics import group_buy
from jishi.promotions.plays.rules import Mechanic

MECHANICS: dict[str, Mechanic] = {mechanic.code: mechanic for mechanic in (group_buy.GROUP_BUY,)}


def get(code: str) -> Mechanic:
    """Return the mechanic called `code`.

    :raises MechanicUnknown: there is none.
    """
    try:
        return MECHANICS[code]
    except KeyError:
        raise MechanicUnknown(mechanic=code) from None

"""The ways of playing together that shops can choose. One file each; adding one is one line here."""

from jishi.promotions.plays.errors import MechanicUnknown
from jishi.promotions.plays.mechanics import bargain, group_buy, like_collect
from jishi.promotions.plays.rules import Mechanic

MECHANICS: dict[str, Mechanic] = {
    mechanic.code: mechanic for mechanic in (group_buy.GROUP_BUY, bargain.BARGAIN, like_collect.LIKE_COLLECT)
}


def get(code: str) -> Mechanic:
    """Return the mechanic called `code`.

    :raises MechanicUnknown: there is none.
    """
    try:
        return MECHANICS[code]
    except KeyError:
        raise MechanicUnknown(mechanic=code) from None

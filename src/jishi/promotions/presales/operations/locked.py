"""Locking presales and reservations before anything of them is read or written."""

from jishi.promotions.presales.errors import PresaleNotFound, ReservationNotFound
from jishi.promotions.presales.models import Presale, Reservation


def presale(code: str, *, shop_id: int | None = None) -> Presale:
    """Lock one presale; with a shop, only if it is that shop's.

    :raises PresaleNotFound: there is none.
    """
    rows = Presale.objects.select_for_update(no_key=True).filter(code=code)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    found = rows.first()
    if found is None:
        raise PresaleNotFound
    return found


def reservation(*, code: str = "", order_code: str = "") -> tuple[Presale, Reservation] | None:
    """Lock the presale behind a reservation (by its code or its order), then the reservation."""
    rows = (
        Reservation.objects.filter(order_code=order_code)
        if order_code
        else Reservation.objects.filter(code=code)
    )
    found = rows.values_list("presale__code", "code").first()
    if found is None:
        return None
    row = presale(found[0])
    return row, Reservation.objects.select_for_update(no_key=True).get(code=found[1])


def own(code: str, person_id: int) -> tuple[Presale, Reservation]:
    """Lock a person's reservation.

    :raises ReservationNotFound: the person has no such one.
    """
    found = reservation(code=code)
    if found is None or found[1].person_id != person_id:
        raise ReservationNotFound
    return found

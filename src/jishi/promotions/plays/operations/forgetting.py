"""What plays forget when a person leaves: traces of devices and addresses, not the trade."""

from django.db import transaction

from jishi.promotions.plays.models import Help, Rally, Seat


def forget(*, person_id: int) -> None:
    """Blank what tells a person's devices, networks and address. Doing it twice changes nothing."""
    with transaction.atomic():
        Seat.objects.filter(person_id=person_id).update(household="")
        Rally.objects.filter(starter_id=person_id).update(device="", household="")
        Help.objects.filter(person_id=person_id).update(device="", network="", signals=[])

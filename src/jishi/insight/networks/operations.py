"""Taking people out of the network's figures; making them is the heavy process's work."""

from django.db import transaction
from django.db.models import F, Q

from jishi.insight.networks.models import Affinity, Group, Standing, Tie


def forget_person(*, person_id: int) -> None:
    """Remove where a person stands, their ties and what they care about; their community is one smaller."""
    with transaction.atomic():
        row = Standing.objects.filter(pk=person_id).first()
        if row is not None:
            Group.objects.filter(number=row.community, size__gt=0).update(size=F("size") - 1)
            row.delete()
        Tie.objects.filter(Q(person_id=person_id) | Q(other_id=person_id)).delete()
        Affinity.objects.filter(person_id=person_id).delete()

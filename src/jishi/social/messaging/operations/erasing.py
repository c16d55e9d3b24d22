"""Forgetting a person: their lines keep their numbers and lose their content."""

from django.db import transaction
from django.utils import timezone

from jishi.social.messaging.models import Conversation, Member, Message


def erase(*, person_id: int) -> None:
    """Empty what a person sent and take them out of their groups; what others wrote stays theirs."""
    with transaction.atomic():
        Message.objects.filter(sender_id=person_id).update(
            text="", picture=None, card_kind="", card_code="", client_key=None, recalled_at=timezone.now()
        )
        Conversation.objects.filter(assigned_to_id=person_id).update(assigned_to=None)
        groups = Conversation.objects.filter(owner_id=person_id).order_by("pk").select_for_update()
        for group in groups:
            rest = group.members.filter(left_at__isnull=True).exclude(person_id=person_id)
            heir = rest.order_by("joined_at", "pk").first()
            group.owner_id = heir.person_id if heir else None
            group.save(update_fields=["owner"])
        Member.objects.filter(person_id=person_id, left_at__isnull=True).update(left_at=timezone.now())

"""Fingerprints of what was published, kept for a day to recognise floods."""

from datetime import datetime, timedelta

from jishi.trust.moderation.models import Fingerprint

KEPT = timedelta(days=1)


def remember(*, author_id: int, kind: str, simhash: int, length: int, at: datetime) -> None:
    """Note that somebody published something like this."""
    Fingerprint.objects.create(author_id=author_id, kind=kind, simhash=simhash, length=length, created_at=at)


def forget_prints(at: datetime) -> int:
    """Delete what is older than a day; returns how many."""
    deleted, _ = Fingerprint.objects.filter(created_at__lt=at - KEPT).delete()
    return deleted

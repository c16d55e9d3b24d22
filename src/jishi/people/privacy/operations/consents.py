"""Agreeing and taking it back, each as one more line of the ledger; saying the same twice adds nothing."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, locks, outbox
from jishi.people.privacy import rules
from jishi.people.privacy.contracts import Purpose
from jishi.people.privacy.events import ConsentChanged
from jishi.people.privacy.models import Consent


def give(*, person_id: int, purpose: str, source: str = "web", at: datetime | None = None) -> bool:
    """Note that a person agrees to a purpose; returns whether that was new.

    :raises PurposeUnknown: there is no such purpose.
    """
    return _say(person_id, rules.check_purpose(purpose), True, source, clock.at_or_now(at))


def withdraw(*, person_id: int, purpose: str, source: str = "web", at: datetime | None = None) -> bool:
    """Note that a person no longer agrees, or never did; returns whether that was new.

    :raises PurposeUnknown: there is no such purpose.
    """
    return _say(person_id, rules.check_purpose(purpose), False, source, clock.at_or_now(at))


def accept_policy(*, person_id: int, source: str = "web", at: datetime | None = None) -> bool:
    """Note that a person accepted the policy in force; returns whether that was new."""
    return _say(person_id, Purpose.POLICY, True, source, clock.at_or_now(at))


def _say(person_id: int, purpose: Purpose, given: bool, source: str, now: datetime) -> bool:
    with transaction.atomic():
        locks.advisory("privacy.consent", person_id)
        rows = Consent.objects.filter(person_id=person_id, purpose=purpose.value).order_by("-id")
        last = rows.values_list("given", "policy_version").first()
        version = rules.POLICY_VERSION
        is_same = last is not None and last[0] == given
        if is_same and (purpose is not Purpose.POLICY or (last is not None and last[1] == version)):
            return False
        Consent.objects.create(
            person_id=person_id,
            purpose=purpose.value,
            given=given,
            policy_version=version,
            source=source[:20],
            at=now,
        )
        outbox.publish(ConsentChanged(person_id=person_id, purpose=purpose.value, given=given, at=now))
    return True

"""Deleting an account: confirmed by password or code, and done after a time to change one's mind."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from jishi.kernel import clock, crypto, limits, outbox
from jishi.kernel.models import IdempotentAnswer
from jishi.people.accounts import queries as people
from jishi.people.privacy import ports, providers, queries, rules
from jishi.people.privacy.contracts import DeletionState, DeletionView
from jishi.people.privacy.errors import NotConfirmed, NoWayToConfirm, StillNeeded
from jishi.people.privacy.events import DeletionRequested, PersonErased
from jishi.people.privacy.models import Deletion


def send_code(*, person_id: int, at: datetime | None = None) -> None:
    """Send the code that confirms a deletion to the person's own address, or else their number.

    :raises NoWayToConfirm: there is neither.
    :raises RateLimited: too many codes in an hour.
    :raises MailUnavailable: the mail could not leave.
    :raises TextsUnavailable: the text message could not leave.
    """
    email, phone = people.get_contacts(person_id)
    if not email and not phone:
        raise NoWayToConfirm()
    limits.hit(bucket="privacy.code", key=str(person_id), limit=rules.CODES_PER_HOUR, window_s=3600)
    code = "".join(secrets.choice("0123456789") for _ in range(rules.CODE_DIGITS))
    with transaction.atomic():
        row = _locked(person_id)
        row.code_digest, row.code_sent_at, row.code_tries = _digest(person_id, code), clock.at_or_now(at), 0
        row.save(update_fields=["code_digest", "code_sent_at", "code_tries"])
    text = gettext(
        "Your code for deleting your Jishi account: %(code)s. If it was not you, change your password."
    )
    # After the transaction: what leaves the house waits for a network.
    if email:
        providers.send_mail(to=email, subject=gettext("Deleting your account"), text=text % {"code": code})
    else:
        providers.send_text(phone=phone, text=text % {"code": code})


def request_deletion(
    *, person_id: int, password: str = "", code: str = "", at: datetime | None = None
) -> DeletionView:
    """Set the day on which an account goes; asking again does not move it.

    :raises NotConfirmed: neither the password nor the code is right.
    :raises StillNeeded: orders are open, or a shop would be left without its owner.
    :raises RateLimited: too many tries.
    """
    now = clock.at_or_now(at)
    waiting = queries.find_deletion(person_id)
    if waiting is not None:
        return waiting
    limits.hit(
        bucket="privacy.confirm", key=str(person_id), limit=rules.CONFIRMATIONS_PER_HOUR, window_s=3600
    )
    if not (password and people.is_password(person_id, password)) and not _is_code(person_id, code, now):
        raise NotConfirmed()
    obstacles = ports.find_obstacles(person_id)
    if obstacles:
        raise StillNeeded(reasons=[obstacle.code for obstacle in obstacles])
    due_at = now + rules.GRACE
    with transaction.atomic():
        row = _locked(person_id)
        row.state, row.requested_at, row.due_at = DeletionState.WAITING, now, due_at
        row.ended_at, row.code_digest = None, ""
        row.save()
        outbox.publish(DeletionRequested(person_id=person_id, due_at=due_at, at=now))
    return DeletionView(now, due_at)


def cancel_deletion(*, person_id: int, at: datetime | None = None) -> bool:
    """Keep the account after all; returns whether a deletion was waiting."""
    with transaction.atomic():
        rows = Deletion.objects.filter(pk=person_id, state=DeletionState.WAITING)
        return bool(rows.update(state=DeletionState.CANCELLED, ended_at=clock.at_or_now(at), due_at=None))


def erase_now(*, person_id: int, at: datetime | None = None) -> None:
    """Forget a person everywhere, in one transaction: every domain or none.

    :raises StillNeeded: orders are open, or a shop would be left without its owner.
    :raises PersonNotFound: the person does not exist.
    """
    now = clock.at_or_now(at)
    obstacles = ports.find_obstacles(person_id)
    if obstacles:
        raise StillNeeded(reasons=[obstacle.code for obstacle in obstacles])
    with transaction.atomic():
        # From the top down: the account goes last, as the others still ask it who the person was.
        for _, eraser in reversed(list(ports.erasers())):
            eraser.erase_person(person_id=person_id, at=now)
        # Stored answers of the API repeat what was asked, addresses included.
        IdempotentAnswer.objects.filter(scope__startswith=f"{person_id}:").delete()
        outbox.publish(PersonErased(person_id=person_id, at=now))


def _locked(person_id: int) -> Deletion:
    Deletion.objects.bulk_create(
        [Deletion(person_id=person_id, state=DeletionState.ASKED)], ignore_conflicts=True
    )
    return Deletion.objects.select_for_update().get(pk=person_id)


def _is_code(person_id: int, code: str, now: datetime) -> bool:
    """Whether this is the code that was sent; each try counts, and a right one is used up."""
    if not code:
        return False
    with transaction.atomic():
        row = Deletion.objects.select_for_update().filter(pk=person_id).first()
        if row is None or not row.code_digest or row.code_sent_at is None:
            return False
        row.code_tries += 1
        fresh = row.code_tries <= rules.CODE_TRIES and now < row.code_sent_at + rules.CODE_LASTS
        is_right = fresh and secrets.compare_digest(row.code_digest, _digest(person_id, code.strip()))
        row.save(update_fields=["code_tries"])
        return is_right


def _digest(person_id: int, code: str) -> str:
    return crypto.blind_index(f"{person_id}:{code}", purpose="privacy.deletion")

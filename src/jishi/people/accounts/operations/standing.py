"""Staff close and reopen accounts; a closed one cannot sign in, and what it holds stays."""

from django.db import transaction
from django.db.models import F

from jishi.kernel import audit, locks
from jishi.people.accounts.contracts import ProfileView
from jishi.people.accounts.errors import HigherRank, OperatorRequired, PersonNotFound
from jishi.people.accounts.models import User
from jishi.people.accounts.queries import get_profile


def set_active(*, by: int, person_id: int, is_active: bool) -> ProfileView:
    """Let a person sign in, or no longer; closing ends their sessions at once.

    :raises OperatorRequired: the actor is no operator.
    :raises HigherRank: the person is the actor, or has the same or more rights.
    :raises PersonNotFound: the person does not exist.
    """
    with transaction.atomic():
        people = locks.lock_rows(User.objects.all(), {by, person_id})
        actor, person = people.get(by), people.get(person_id)
        if actor is None or not (actor.is_active and actor.is_operator):
            raise OperatorRequired()
        if person is None:
            raise PersonNotFound()
        if actor.pk == person.pk or _rank(person) >= _rank(actor):
            raise HigherRank()
        if person.is_active != is_active:
            User.objects.filter(pk=person_id).update(is_active=is_active, token_epoch=F("token_epoch") + 1)
            action = "accounts.reopen" if is_active else "accounts.close"
            audit.record(actor_id=by, action=action, subject=f"person:{person.code}")
    return get_profile(person_id)


def _rank(user: User) -> int:
    return 2 if user.is_superuser else int(user.is_operator)

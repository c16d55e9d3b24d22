"""Opening unproven accounts for sign-in by code, demo sign-in, and forgetting what was never proven.

Invariant: an unproven account has no password and no session, so it holds nothing for whoever requested it.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from jishi.kernel import clock
from jishi.people.accounts import codes, rules
from jishi.people.accounts.contracts import PersonCard
from jishi.people.accounts.errors import ContactInvalid, DemoOnly, PersonNotFound, ProfileInvalid
from jishi.people.accounts.models import User, default_nickname, phone_index
from jishi.people.accounts.operations.register import clean_nickname, own_nickname
from jishi.people.accounts.queries import person_card

FORGET_AFTER = timedelta(days=1)
DEMO_ROLES = ("shopper", "friend", "merchant", "operator", "colleague")


def open_unproven(
    *, contact: str, nickname: str = "", language: str = "zh-hans", at: datetime | None = None
) -> PersonCard:
    """Return the person behind a number or e-mail address, opening an account where there is none.

    It takes a code sent to that contact to sign in, and the code proves it.

    :raises ContactInvalid: the text is neither a number nor an e-mail address.
    :raises NicknameInvalid: the nickname is too long.
    """
    kind = rules.contact_kind(contact)
    if kind is None:
        raise ContactInvalid()
    if language not in rules.LANGUAGES:
        raise ProfileInvalid(field="language")
    user = _find(*kind)
    if user is None:
        try:
            user = _open(*kind, nickname=nickname, language=language, at=clock.at_or_now(at))
        except IntegrityError:
            # Two requests at once; the other one has just opened it.
            user = _find(*kind)
    if user is None:
        raise ContactInvalid()
    return person_card(user)


def request_code(
    *, contact: str, sender: str, nickname: str = "", language: str = "zh-hans", at: datetime | None = None
) -> PersonCard:
    """Count a request for a code and return the person it goes to, who may be new.

    Counted before anything is written, so that a flood neither sends nor opens anything.

    :raises ContactInvalid: the text is neither a number nor an e-mail address.
    :raises CodesThrottled: this recipient or this sender asked too often.
    """
    kind = rules.contact_kind(contact)
    if kind is None:
        raise ContactInvalid()
    codes.count(recipient=kind[1], sender=sender)
    return open_unproven(contact=contact, nickname=nickname, language=language, at=at)


def forget_unproven(at: datetime | None = None) -> int:
    """Delete accounts nobody ever signed in to; returns how many."""
    before = clock.at_or_now(at) - FORGET_AFTER
    # Django marks a password nobody can use with a leading exclamation mark.
    idle = Q(last_login__isnull=True, joined_at__lt=before, password__startswith="!")  # noqa: S106 - no secret
    plain = Q(phone_verified=False, is_demo=False, is_operator=False)
    by_mail = Q(emailaddress__verified=False)
    by_phone = Q(phone__isnull=False, email__isnull=True, emailaddress__isnull=True)
    rows = User.objects.filter(idle & plain & (by_mail | by_phone))
    with transaction.atomic():
        ids = list(rows.distinct().values_list("pk", flat=True)[:1000])
        EmailAddress.objects.filter(user_id__in=ids).delete()
        User.objects.filter(pk__in=ids).delete()
    return len(ids)


def forget_shared_cache(at: datetime | None = None) -> int:
    """Drop expired entries of the shared cache; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_sharedcache WHERE expires < %s", [clock.at_or_now(at)])
        return int(cursor.rowcount)


def choose_demo_person(*, role: str) -> PersonCard:
    """Return the demo's person of this role.

    :raises DemoOnly: this is no demo.
    :raises PersonNotFound: the role is unknown or the demo world has not been built.
    """
    if not settings.JISHI_DEMO:
        raise DemoOnly()
    if role not in DEMO_ROLES:
        raise PersonNotFound()
    user = User.objects.filter(email=demo_email(role), is_demo=True, is_active=True).first()
    if user is None:
        raise PersonNotFound()
    return person_card(user)


def demo_email(role: str) -> str:
    """Return the address under which the demo world registers its person of this role."""
    return f"{role}@demo.jishi.local"


def _find(kind: str, value: str) -> User | None:
    if kind == "phone":
        return User.objects.find_by_phone(value)
    return User.objects.filter(email=value).first() or (
        User.objects.filter(emailaddress__email=value, emailaddress__verified=True).first()
    )


def _open(kind: str, value: str, *, nickname: str, language: str, at: datetime) -> User:
    user = User(language=language, joined_at=at)
    user.nickname = own_nickname(nickname) if nickname else clean_nickname(default_nickname(user.code))
    user.set_unusable_password()
    if kind == "phone":
        user.phone, user.phone_index = value, phone_index(value)
    else:
        user.email = value
    with transaction.atomic():
        user.save(force_insert=True)
        if user.email:
            EmailAddress.objects.create(user=user, email=value, verified=False, primary=True)
    return user

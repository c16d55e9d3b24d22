"""Opening accounts: one by one for people, in batches for the demo world and imports."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from jishi.kernel import clock
from jishi.people.accounts import names, rules
from jishi.people.accounts.contracts import NewPerson, PersonCard
from jishi.people.accounts.errors import (
    ContactMissing,
    EmailInvalid,
    EmailTaken,
    NicknameInvalid,
    NicknamePretends,
    PhoneInvalid,
    PhoneTaken,
    ProfileInvalid,
)
from jishi.people.accounts.models import User, phone_index
from jishi.people.accounts.queries import person_card

BATCH = 1000


def register(
    *,
    email: str | None = None,
    phone: str | None = None,
    nickname: str,
    password: str | None = None,
    language: str = "zh-hans",
    at: datetime | None = None,
    is_operator: bool = False,
    is_demo: bool = False,
) -> PersonCard:
    """Open an account whose e-mail address or number is already proven.

    :raises ContactMissing: neither an e-mail address nor a number is given.
    :raises EmailInvalid: the e-mail address cannot be one.
    :raises PhoneInvalid: the number cannot be one.
    :raises NicknameInvalid: the nickname is empty or too long.
    :raises NicknamePretends: it poses as the house; operators may.
    :raises EmailTaken: somebody else signs in with this e-mail address.
    :raises PhoneTaken: somebody else signs in with this number.
    """
    if not email and not phone:
        raise ContactMissing()
    if not is_operator:
        own_nickname(nickname)
    person = NewPerson(nickname=nickname, email=email, phone=phone, language=language, is_demo=is_demo)
    user = _unsaved(person, clock.at_or_now(at))
    user.is_operator = is_operator
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.bulk_create(_proven_emails([user]))
    except IntegrityError as error:
        raise taken(error) from error
    return person_card(user)


def register_many(rows: Iterable[NewPerson], *, at: datetime | None = None) -> list[int]:
    """Open many accounts without passwords; all of them or none. Returns the ids in the order of the rows.

    Unlike `register` a row may lack contact data: an imported customer is only a number in a file.

    :raises EmailTaken: an e-mail address is in use or appears twice.
    :raises PhoneTaken: a number is in use or appears twice.
    """
    instant = clock.at_or_now(at)
    unusable = make_password(None)
    users = [_unsaved(row, instant) for row in rows]
    for user in users:
        user.password = unusable
    try:
        with transaction.atomic():
            User.objects.bulk_create(users, batch_size=BATCH)
            EmailAddress.objects.bulk_create(_proven_emails(users), batch_size=BATCH)
    except IntegrityError as error:
        raise taken(error) from error
    return [user.pk for user in users]


def taken(error: IntegrityError) -> Exception:
    """Tell which uniqueness a database error was about; anything else stays what it is."""
    diagnostics = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnostics, "constraint_name", None) or ""
    if "phone_index" in constraint:
        return PhoneTaken()
    return EmailTaken() if "email" in constraint else error


def clean_nickname(text: str) -> str:
    """Return a nickname without control characters.

    :raises NicknameInvalid: when nothing or too much is left.
    """
    nickname = rules.clean_text(text)
    if not 1 <= len(nickname) <= rules.NICKNAME_MAX:
        raise NicknameInvalid(max_length=rules.NICKNAME_MAX)
    return nickname


def own_nickname(text: str) -> str:
    """Return a nickname that a person chose, which names nobody but them.

    :raises NicknameInvalid: when nothing or too much is left.
    :raises NicknamePretends: when it poses as the house or hides what it is made of.
    """
    nickname = clean_nickname(text)
    if names.find_pretence(nickname):
        raise NicknamePretends()
    return nickname


def clean_email(text: str) -> str:
    """Return an e-mail address in its one spelling.

    :raises EmailInvalid: when it cannot be one.
    """
    email = rules.normalise_email(text)
    if email is None:
        raise EmailInvalid()
    return email


def clean_phone(text: str) -> str:
    """Return a phone number in E.164.

    :raises PhoneInvalid: when it cannot be one.
    """
    phone = rules.normalise_phone(text)
    if phone is None:
        raise PhoneInvalid()
    return phone


def _unsaved(row: NewPerson, at: datetime) -> User:
    if row.language not in rules.LANGUAGES:
        raise ProfileInvalid(field="language")
    phone = clean_phone(row.phone) if row.phone else None
    return User(
        email=clean_email(row.email) if row.email else None,
        phone=phone,
        phone_index=phone_index(phone),
        phone_verified=phone is not None,
        nickname=clean_nickname(row.nickname),
        language=row.language,
        avatar=row.avatar,
        is_demo=row.is_demo,
        joined_at=row.joined_at or at,
    )


def _proven_emails(users: Sequence[User]) -> list[EmailAddress]:
    """Return the rows by which the sign-in forms know an address as proven."""
    return [
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users if user.email
    ]

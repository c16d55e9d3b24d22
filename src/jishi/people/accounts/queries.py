"""Reads of people and addresses; they return frozen views and never another person's contact data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.crypto import constant_time_compare

from jishi.kernel import clock, crypto
from jishi.people.accounts import rules
from jishi.people.accounts.contracts import AddressView, PersonCard, ProfileView
from jishi.people.accounts.errors import AddressNotFound, OperatorRequired, PersonNotFound
from jishi.people.accounts.models import Address, Birthday, User, birthday_index, phone_index, session_hash

_ADDRESSES = """
SELECT id, code, recipient, phone, country, is_default, region, city, district, line, postal_code
FROM accounts_address WHERE person_id = %s AND {condition} ORDER BY is_default DESC, updated_at DESC, id DESC
"""
_SESSION = """
SELECT s.session_data, COALESCE(u.password, ''), u.token_epoch
FROM django_session s LEFT JOIN accounts_user u ON u.id = %s AND u.is_active
WHERE s.session_key = %s AND s.expire_date > %s
"""

REMEMBERED = 4096
"""How many sessions a process remembers the holders of. What it remembers is only ever a guess or a pure
calculation: whether somebody is signed in is read each time.
"""

CARD_FIELDS = ("id", "code", "nickname", "avatar")


@dataclass(frozen=True, slots=True)
class _Holder:
    """What the signed data of a session says."""

    person_id: int
    session_hash: str


@dataclass(frozen=True, slots=True)
class _Session:
    """A session's row beside the secrets of whom we believe it to belong to; no epoch for nobody active."""

    data: str
    password: str
    token_epoch: int | None


_last_holder: dict[str, int] = {}


def avatar_url(path: str) -> str:
    """Return the address of a stored picture, or the empty string."""
    return default_storage.url(path) if path else ""


def person_card(user: User) -> PersonCard:
    """Show a person as strangers see them."""
    return PersonCard(id=user.pk, code=user.code, nickname=user.nickname, avatar_url=avatar_url(user.avatar))


def _addresses(condition: str, person_id: int, *values: int | str) -> list[AddressView]:
    """Addresses of one person in one plain statement: checkouts read them again and again."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES.format(condition=condition), [person_id, *values])
        rows = cursor.fetchall()
    return [_address_view(*row) for row in rows]


def _address_view(
    address_id: int, code: str, recipient: str, phone: str, country: str, is_default: bool, *place: str
) -> AddressView:
    region, city, district, line, postal_code = map(_open, place)
    return AddressView(
        id=address_id,
        code=code,
        recipient=_open(recipient),
        phone=_open(phone),
        region=region,
        city=city,
        district=district,
        line=line,
        postal_code=postal_code,
        country=country,
        is_default=is_default,
        one_line=rules.address_one_line(
            region=region, city=city, district=district, line=line, postal_code=postal_code, country=country
        ),
    )


def _open(stored: str) -> str:
    return crypto.decrypt(stored) if stored else ""


def read_contact(text: str) -> tuple[str, str] | None:
    """Tell whether a text is an e-mail address or a number: its kind and its one spelling, or None."""
    return rules.contact_kind(text)


def get_person(person_id: int) -> PersonCard:
    """Return one person.

    :raises PersonNotFound: when there is none.
    """
    user = User.objects.only(*CARD_FIELDS).filter(pk=person_id).first()
    if user is None:
        raise PersonNotFound()
    return person_card(user)


def find_person_by_code(code: str) -> PersonCard | None:
    """Return the person with this public code."""
    user = User.objects.only(*CARD_FIELDS).filter(code=code).first()
    return person_card(user) if user else None


def find_person_by_email(email: str) -> PersonCard | None:
    """Return the person who signs in with this e-mail address."""
    user = User.objects.only(*CARD_FIELDS).filter(email=email.strip().lower()).first()
    return person_card(user) if user else None


def find_by_contacts(lines: Sequence[str]) -> dict[str, int]:
    """Return who answers to e-mail addresses and phone numbers, by the line that names them; for lists."""
    emails: dict[str, str] = {}
    phones: dict[str, str] = {}
    for line in lines:
        kind, spelling = rules.contact_kind(line) or ("", "")
        if kind == "email":
            emails[line] = spelling
        elif kind == "phone":
            phones[line] = phone_index(spelling) or ""
    active = User.objects.filter(is_active=True)
    by_email = dict(active.filter(email__in=set(emails.values())).values_list("email", "pk"))
    by_phone = dict(active.filter(phone_index__in=set(phones.values())).values_list("phone_index", "pk"))
    found = {line: by_email[one] for line, one in emails.items() if one in by_email}
    return found | {line: by_phone[one] for line, one in phones.items() if one in by_phone}


def find_people(text: str, *, limit: int = 30) -> tuple[PersonCard, ...]:
    """Return people by code, e-mail address or phone number, else by a part of their name; for staff."""
    wanted = text.strip()
    if not wanted:
        return ()
    known = find_by_contacts([wanted]).get(wanted)
    exact = User.objects.filter(code=wanted.lower()) if known is None else User.objects.filter(pk=known)
    named = User.objects.filter(nickname__icontains=wanted).order_by("nickname", "pk")
    for rows in (exact, named):
        found = list(rows.filter(is_active=True).only(*CARD_FIELDS)[:limit])
        if found:
            return tuple(person_card(user) for user in found)
    return ()


def list_people(ids: Iterable[int]) -> dict[int, PersonCard]:
    """Return many people by id in one query; unknown ids are left out."""
    return {user.pk: person_card(user) for user in User.objects.only(*CARD_FIELDS).filter(pk__in=set(ids))}


def list_joined_since(ids: Iterable[int], *, since: datetime) -> set[int]:
    """Return which of these people joined at or after an instant."""
    return set(User.objects.filter(pk__in=set(ids), joined_at__gte=since).values_list("pk", flat=True))


def count_people() -> int:
    """Count everybody who can sign in."""
    return User.objects.filter(is_active=True).count()


def get_profile(person_id: int) -> ProfileView:
    """Return what a person sees about themselves.

    :raises PersonNotFound: when there is none.
    """
    user = User.objects.filter(pk=person_id).first()
    if user is None:
        raise PersonNotFound()
    return ProfileView(
        id=user.pk,
        code=user.code,
        nickname=user.nickname,
        avatar_url=avatar_url(user.avatar),
        email=user.email or "",
        phone_masked=rules.mask_phone(user.phone or ""),
        language=user.language,
        theme=user.theme,
        is_operator=user.is_operator,
        is_demo=user.is_demo,
        has_password=user.has_usable_password(),
        joined_at=user.joined_at,
    )


def find_phone(person_id: int) -> str | None:
    """Return the proven number of a person who can be sent texts, for the sender only; never show it."""
    rows = User.objects.filter(pk=person_id, is_active=True, phone_verified=True)
    return rows.values_list("phone", flat=True).first()


def is_operator(person_id: int | None) -> bool:
    """Tell whether this person works for the platform."""
    return (
        person_id is not None and User.objects.filter(pk=person_id, is_active=True, is_operator=True).exists()
    )


def is_administrator(person_id: int | None) -> bool:
    """Whether somebody may do what takes more than an operator."""
    return (
        person_id is not None
        and User.objects.filter(pk=person_id, is_superuser=True, is_active=True).exists()
    )


def list_operators() -> tuple[PersonCard, ...]:
    """Return everybody who works for the platform, by name; for choosing who is responsible."""
    rows = User.objects.only(*CARD_FIELDS).filter(is_operator=True, is_active=True)
    return tuple(person_card(user) for user in rows.order_by("nickname", "pk")[:200])


def require_operator(*, person_id: int | None) -> None:
    """Refuse everybody but operators.

    :raises OperatorRequired: when the person is none.
    """
    if not is_operator(person_id):
        raise OperatorRequired()


def list_addresses(person_id: int) -> tuple[AddressView, ...]:
    """Return a person's addresses, the default one first, then the newest."""
    return tuple(_addresses("TRUE", person_id))


def get_address(person_id: int, address_id: int) -> AddressView:
    """Return one address of this person.

    :raises AddressNotFound: when it does not exist or belongs to somebody else.
    """
    for view in _addresses("id = %s", person_id, address_id):
        return view
    raise AddressNotFound()


def find_address_by_code(person_id: int, code: str) -> AddressView | None:
    """Return the address of this person with this code."""
    return next(iter(_addresses("code = %s", person_id, code)), None)


def find_default_address(person_id: int) -> AddressView | None:
    """Return where this person usually has goods sent to."""
    addresses = list_addresses(person_id)
    return addresses[0] if addresses else None


def find_by_session(token: str) -> int | None:
    """Return who holds a session's key, or None: what `django.contrib.auth.get_user` answers for it.

    Every call of an app begins here, so it is one plain statement and no model: it guesses that the session
    still belongs to the person it belonged to last time, and asks again where that is wrong.
    """
    guess = _last_holder.get(token, 0)
    row = _session(token, guess)
    holder = _holder(row.data) if row else None
    if holder is not None and holder.person_id != guess:
        if len(_last_holder) >= REMEMBERED:
            _last_holder.clear()
        _last_holder[token] = holder.person_id
        row = _session(token, holder.person_id)
    # Between the two looks the session may have passed to somebody else; what counts is the last.
    if holder is None or row is None or row.token_epoch is None or _holder(row.data) != holder:
        return None
    secrets = (None, *settings.SECRET_KEY_FALLBACKS)
    hashes = (session_hash(row.password, row.token_epoch, secret) for secret in secrets)
    fits = any(constant_time_compare(holder.session_hash, wanted) for wanted in hashes)
    return holder.person_id if fits else None


def _session(token: str, person_id: int) -> _Session | None:
    """A session with the password and epoch of this person, if they are active."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSION, [person_id, token, clock.now()])
        row = cursor.fetchone()
    return _Session(*row) if row else None


@lru_cache(maxsize=REMEMBERED)
def _holder(session_data: str) -> _Holder | None:
    """Whose session this is by its signed data; the same data always says the same."""
    session = SessionStore().decode(session_data)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    return _Holder(int(session[SESSION_KEY]), session.get(HASH_SESSION_KEY, ""))


def token_epoch(person_id: int) -> int | None:
    """Return the epoch in which this person's lane tokens are valid; None for nobody or a closed account."""
    return User.objects.filter(pk=person_id, is_active=True).values_list("token_epoch", flat=True).first()


def get_contacts(person_id: int) -> tuple[str, str]:
    """Return the e-mail address and number of a person, each empty where there is none.

    :raises PersonNotFound: when there is none.
    """
    user = User.objects.only("email", "phone").filter(pk=person_id).first()
    if user is None:
        raise PersonNotFound()
    return user.email or "", user.phone or ""


def is_password(person_id: int, password: str) -> bool:
    """Tell whether this is the password of a person; an account without one has no right password."""
    user = User.objects.only("password").filter(pk=person_id, is_active=True).first()
    return user is not None and user.has_usable_password() and user.check_password(password)


def find_birthday(person_id: int) -> tuple[int, int] | None:
    """Return month and day, if somebody told us."""
    row = Birthday.objects.filter(pk=person_id).first()
    return (int(row.day[:2]), int(row.day[3:])) if row else None


def birthday_indexes(on: date) -> tuple[str, ...]:
    """Return the blind indexes of whose day a date is; who was born on a leap day has the 28th otherwise."""
    return tuple(birthday_index(day) for day in rules.birthdays_of(on))


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return everything this domain holds about a person, readable.

    :raises PersonNotFound: the person does not exist.
    """
    user = User.objects.filter(pk=person_id).first()
    if user is None:
        raise PersonNotFound()
    addresses = Address.objects.filter(person_id=person_id).order_by("pk")
    return {
        "person": {
            "code": user.code,
            "email": user.email,
            "phone": user.phone,
            "nickname": user.nickname,
            "avatar": user.avatar,
            "language": user.language,
            "theme": user.theme,
            "joined_at": user.joined_at.isoformat(),
            "last_login": user.last_login.isoformat() if user.last_login else None,
        },
        "birthday": dict(Birthday.objects.filter(pk=person_id).values("day", "agreed_at").first() or {}),
        "addresses": [{column: getattr(row, column) for column in rules.ADDRESS_LIMITS} for row in addresses],
        "emails": list(EmailAddress.objects.filter(user_id=person_id).values("email", "verified")),
        "networks": list(SocialAccount.objects.filter(user_id=person_id).values("provider", "uid")),
        "second_factors": list(
            Authenticator.objects.filter(user_id=person_id).values_list("type", flat=True)
        ),
    }

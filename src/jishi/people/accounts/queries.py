"""Reads of people and addresses; they return frozen views and never another person's contact data."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.files.storage import default_storage

from jishi.people.accounts import rules
from jishi.people.accounts.contracts import AddressView, PersonCard, ProfileView
from jishi.people.accounts.errors import AddressNotFound, OperatorRequired, PersonNotFound
from jishi.people.accounts.models import Address, User

CARD_FIELDS = ("id", "code", "nickname", "avatar")


def avatar_url(path: str) -> str:
    """Return the address of a stored picture, or the empty string."""
    return default_storage.url(path) if path else ""


def person_card(user: User) -> PersonCard:
    """Show a person as strangers see them."""
    return PersonCard(id=user.pk, code=user.code, nickname=user.nickname, avatar_url=avatar_url(user.avatar))


def address_view(address: Address) -> AddressView:
    """Show an address to its owner."""
    return AddressView(
        id=address.pk,
        code=address.code,
        recipient=address.recipient,
        phone=address.phone,
        region=address.region,
        city=address.city,
        district=address.district,
        line=address.line,
        postal_code=address.postal_code,
        country=address.country,
        is_default=address.is_default,
        one_line=rules.address_one_line(
            region=address.region,
            city=address.city,
            district=address.district,
            line=address.line,
            postal_code=address.postal_code,
            country=address.country,
        ),
    )


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


def list_people(ids: Iterable[int]) -> dict[int, PersonCard]:
    """Return many people by id in one query; unknown ids are left out."""
    return {user.pk: person_card(user) for user in User.objects.only(*CARD_FIELDS).filter(pk__in=set(ids))}


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


def require_operator(*, person_id: int | None) -> None:
    """Refuse everybody but operators.

    :raises OperatorRequired: when the person is none.
    """
    if not is_operator(person_id):
        raise OperatorRequired()


def list_addresses(person_id: int) -> tuple[AddressView, ...]:
    """Return a person's addresses, the default one first, then the newest."""
    rows = Address.objects.filter(person_id=person_id).order_by("-is_default", "-updated_at", "-pk")
    return tuple(address_view(row) for row in rows)


def get_address(person_id: int, address_id: int) -> AddressView:
    """Return one address of this person.

    :raises AddressNotFound: when it does not exist or belongs to somebody else.
    """
    row = Address.objects.filter(person_id=person_id, pk=address_id).first()
    if row is None:
        raise AddressNotFound()
    return address_view(row)


def find_address_by_code(person_id: int, code: str) -> AddressView | None:
    """Return the address of this person with this code."""
    row = Address.objects.filter(person_id=person_id, code=code).first()
    return address_view(row) if row else None


def find_default_address(person_id: int) -> AddressView | None:
    """Return where this person usually has goods sent to."""
    addresses = list_addresses(person_id)
    return addresses[0] if addresses else None


def token_epoch(person_id: int) -> int | None:
    """Return the epoch in which this person's lane tokens are valid; None for nobody or a closed account."""
    return User.objects.filter(pk=person_id, is_active=True).values_list("token_epoch", flat=True).first()


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
        "addresses": [{column: getattr(row, column) for column in rules.ADDRESS_LIMITS} for row in addresses],
        "emails": list(EmailAddress.objects.filter(user_id=person_id).values("email", "verified")),
        "networks": list(SocialAccount.objects.filter(user_id=person_id).values("provider", "uid")),
        "second_factors": list(
            Authenticator.objects.filter(user_id=person_id).values_list("type", flat=True)
        ),
    }

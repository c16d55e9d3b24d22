"""The address book: a person has exactly one default address as soon as there is any."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.people.accounts import rules
from jishi.people.accounts.contracts import AddressDraft, AddressView
from jishi.people.accounts.errors import (
    AddressInvalid,
    AddressNotFound,
    PersonNotFound,
    PhoneInvalid,
    TooManyAddresses,
)
from jishi.people.accounts.models import Address, User
from jishi.people.accounts.queries import get_address

REQUIRED = ("recipient", "phone", "city", "line", "country")


def save_address(
    *,
    person_id: int,
    address_id: int | None = None,
    recipient: str,
    phone: str,
    region: str = "",
    city: str,
    district: str = "",
    line: str,
    postal_code: str = "",
    country: str = "CN",
    is_default: bool = False,
    at: datetime | None = None,
) -> AddressView:
    """Add an address, or change one of this person's. The first one becomes the default.

    :raises AddressInvalid: a field is missing or too long.
    :raises PhoneInvalid: the recipient's number cannot be one.
    :raises AddressNotFound: the address to change does not exist or belongs to somebody else.
    :raises TooManyAddresses: the book is full.
    :raises PersonNotFound: the person does not exist.
    """
    draft = AddressDraft(
        recipient=recipient,
        phone=phone,
        region=region,
        city=city,
        district=district,
        line=line,
        postal_code=postal_code,
        country=country,
        is_default=is_default,
    )
    return _write(person_id, address_id, checked(draft), is_default=is_default, at=clock.at_or_now(at))


def remove_address(*, person_id: int, address_id: int) -> None:
    """Remove an address; when it was the default, the most recently used other one becomes it.

    :raises AddressNotFound: the address does not exist or belongs to somebody else.
    """
    with transaction.atomic():
        _lock_person(person_id)
        address = _own(person_id, address_id)
        address.delete()
        if address.is_default:
            heir = Address.objects.filter(person_id=person_id).order_by("-updated_at", "-pk").first()
            if heir is not None:
                Address.objects.filter(pk=heir.pk).update(is_default=True)


def make_default(*, person_id: int, address_id: int) -> None:
    """Choose the address that checkout offers first.

    :raises AddressNotFound: the address does not exist or belongs to somebody else.
    """
    with transaction.atomic():
        _lock_person(person_id)
        address = _own(person_id, address_id)
        Address.objects.filter(person_id=person_id, is_default=True).update(is_default=False)
        Address.objects.filter(pk=address.pk).update(is_default=True)


def checked(draft: AddressDraft) -> dict[str, str]:
    """Return the cleaned fields of an address.

    :raises AddressInvalid: a field is missing or too long.
    :raises PhoneInvalid: the recipient's number cannot be one.
    """
    fields = {name: rules.clean_text(getattr(draft, name)) for name in rules.ADDRESS_LIMITS}
    fields["country"] = fields["country"].upper()
    for name, limit in rules.ADDRESS_LIMITS.items():
        if len(fields[name]) > limit:
            raise AddressInvalid(field=name, limit=limit)
    for name in (*REQUIRED, *(("region",) if fields["country"] == "CN" else ())):
        if not fields[name]:
            raise AddressInvalid(field=name, limit=rules.ADDRESS_LIMITS[name])
    if not (fields["country"].isascii() and fields["country"].isalpha() and len(fields["country"]) == 2):
        raise AddressInvalid(field="country", limit=2)
    phone = rules.normalise_phone(fields["phone"])
    if phone is None:
        raise PhoneInvalid(field="phone")
    return {**fields, "phone": phone}


def _write(
    person_id: int, address_id: int | None, fields: dict[str, str], *, is_default: bool, at: datetime
) -> AddressView:
    with transaction.atomic():
        _lock_person(person_id)
        others = Address.objects.filter(person_id=person_id)
        if address_id is None:
            if others.count() >= rules.ADDRESSES_MAX:
                raise TooManyAddresses(limit=rules.ADDRESSES_MAX)
            address = Address(person_id=person_id, created_at=at)
        else:
            address = _own(person_id, address_id)
        # A default stays one until another takes its place, so there is never a book without one.
        default = is_default or address.is_default or not others.exists()
        if default:
            others.filter(is_default=True).exclude(pk=address.pk).update(is_default=False)
        for name, value in fields.items():
            setattr(address, name, value)
        address.is_default, address.updated_at = default, at
        address.save()
    return get_address(address.person_id, address.pk)


def _lock_person(person_id: int) -> None:
    """Take the person's row, so that two tabs cannot both make a first address."""
    if not User.objects.select_for_update().filter(pk=person_id).exists():
        raise PersonNotFound()


def _own(person_id: int, address_id: int) -> Address:
    address = Address.objects.filter(person_id=person_id, pk=address_id).first()
    if address is None:
        raise AddressNotFound()
    return address

"""Changing a profile. Rights, balances and marks of the platform are never taken from what a person sends."""

import hashlib
import io

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from PIL import Image, ImageOps, UnidentifiedImageError

from jishi.kernel import audit, locks
from jishi.people.accounts import rules
from jishi.people.accounts.contracts import ProfileView
from jishi.people.accounts.errors import (
    AvatarInvalid,
    HigherRank,
    OperatorRequired,
    PersonNotFound,
    ProfileInvalid,
)
from jishi.people.accounts.models import User, phone_index
from jishi.people.accounts.operations.register import (
    clean_email,
    clean_nickname,
    clean_phone,
    own_nickname,
    taken,
)
from jishi.people.accounts.queries import get_profile

AVATAR_MAX_BYTES = 8 * 1024 * 1024
AVATAR_SIDE = 256
AVATAR_PIXELS_MAX = 40_000_000


def update_profile(
    *, person_id: int, nickname: str | None = None, language: str | None = None, theme: str | None = None
) -> ProfileView:
    """Change what a person may choose about themselves; None leaves a field alone.

    :raises NicknameInvalid: the nickname is empty or too long.
    :raises NicknamePretends: it poses as the house; operators may.
    :raises ProfileInvalid: the language or theme is none we offer.
    :raises PersonNotFound: the person does not exist.
    """
    changes: dict[str, str] = {}
    if nickname is not None:
        is_house = User.objects.filter(pk=person_id, is_operator=True).exists()
        changes["nickname"] = clean_nickname(nickname) if is_house else own_nickname(nickname)
    if language is not None:
        changes["language"] = _offered("language", language, rules.LANGUAGES)
    if theme is not None:
        changes["theme"] = _offered("theme", theme, rules.THEMES)
    if changes:
        User.objects.filter(pk=person_id).update(**changes)
    return get_profile(person_id)


def set_avatar(*, person_id: int, data: bytes) -> ProfileView:
    """Store a picture, cut square and drawn anew so that nothing but pixels remains of the upload.

    :raises AvatarInvalid: the file is no picture or too large.
    :raises PersonNotFound: the person does not exist.
    """
    picture = _square_webp(data)
    name = f"avatars/{hashlib.sha256(picture).hexdigest()[:32]}.webp"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(picture))
    User.objects.filter(pk=person_id).update(avatar=name)
    return get_profile(person_id)


def remove_avatar(*, person_id: int) -> ProfileView:
    """Go back to the drawn initial.

    :raises PersonNotFound: the person does not exist.
    """
    User.objects.filter(pk=person_id).update(avatar="")
    return get_profile(person_id)


def change_sign_in(
    *, by: int, person_id: int, email: str | None = None, phone: str | None = None
) -> ProfileView:
    """Let staff correct the e-mail address or number with which somebody signs in.

    Staff may do so for people of lower rank only: whoever changes an address can have its password reset.

    :raises OperatorRequired: the actor is no operator.
    :raises HigherRank: the person has the same or more rights than the actor.
    :raises EmailTaken: somebody else signs in with this e-mail address.
    :raises PhoneTaken: somebody else signs in with this number.
    :raises PersonNotFound: the person does not exist.
    """
    with transaction.atomic():
        people = locks.lock_rows(User.objects.all(), {by, person_id})
        actor, person = people.get(by), people.get(person_id)
        if actor is None or not (actor.is_active and actor.is_operator):
            raise OperatorRequired()
        if person is None:
            raise PersonNotFound()
        if actor.pk != person.pk and _rank(person) >= _rank(actor):
            raise HigherRank()
        _move_sign_in(person, email=email, phone=phone)
        audit.record(
            actor_id=by,
            action="accounts.change_sign_in",
            subject=f"person:{person.code}",
            detail={"email": email is not None, "phone": phone is not None},
        )
    return get_profile(person_id)


def revoke_tokens(*, person_id: int) -> int:
    """End every session and lane token of this person; returns the new epoch.

    :raises PersonNotFound: the person does not exist.
    """
    if not User.objects.filter(pk=person_id).update(token_epoch=F("token_epoch") + 1):
        raise PersonNotFound()
    return User.objects.values_list("token_epoch", flat=True).get(pk=person_id)


def _move_sign_in(person: User, *, email: str | None, phone: str | None) -> None:
    try:
        with transaction.atomic():
            if email is not None:
                person.email = clean_email(email)
                EmailAddress.objects.filter(user_id=person.pk).delete()
                EmailAddress.objects.create(
                    user_id=person.pk, email=person.email, verified=True, primary=True
                )
            if phone is not None:
                person.phone = clean_phone(phone)
                person.phone_index, person.phone_verified = phone_index(person.phone), True
            # Whoever still holds a token of the old address is out.
            person.token_epoch += 1
            person.save(update_fields=["email", "phone", "phone_index", "phone_verified", "token_epoch"])
    except IntegrityError as error:
        raise taken(error) from error


def _rank(user: User) -> int:
    return 2 if user.is_superuser else int(user.is_operator)


def _offered(field: str, value: str, values: tuple[str, ...]) -> str:
    if value not in values:
        raise ProfileInvalid(field=field)
    return value


def _square_webp(data: bytes) -> bytes:
    refusal = AvatarInvalid(max_mb=AVATAR_MAX_BYTES // 1024 // 1024)
    if len(data) > AVATAR_MAX_BYTES:
        raise refusal
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
            # Checked before decoding: a small file may unfold into gigabytes.
            if image.width * image.height > AVATAR_PIXELS_MAX:
                raise refusal
            upright = ImageOps.exif_transpose(image).convert("RGB")
            square = ImageOps.fit(upright, (AVATAR_SIDE, AVATAR_SIDE))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise refusal from error
    output = io.BytesIO()
    square.save(output, "WEBP", quality=82)
    return output.getvalue()

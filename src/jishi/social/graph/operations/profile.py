"""What a person says about themselves, and who may see it."""

from django.db import transaction

from jishi.kernel import media
from jishi.social.graph import rules
from jishi.social.graph.models import Profile
from jishi.social.graph.operations import ties


def edit_profile(
    *,
    person_id: int,
    bio: str | None = None,
    place: str | None = None,
    is_private: bool | None = None,
    note_visibility: str | None = None,
) -> None:
    """Change a person's page; None leaves a field alone. Requests that wait keep waiting for an answer.

    :raises ProfileTextInvalid: a text is too long, or the circle of readers is none we offer.
    :raises PersonNotFound: the person does not exist.
    """
    changes: dict[str, object] = {}
    if bio is not None:
        changes["bio"] = rules.clean("bio", bio, max_length=rules.BIO_MAX, lines=True)
    if place is not None:
        changes["place"] = rules.clean("place", place, max_length=rules.PLACE_MAX)
    if is_private is not None:
        changes["is_private"] = is_private
    if note_visibility is not None:
        changes["note_visibility"] = rules.check_visibility(note_visibility).value
    if not changes:
        return
    with transaction.atomic():
        ties.lock(person_id)
        Profile.objects.filter(pk=person_id).update(**changes)


def set_background(*, person_id: int, data: bytes) -> None:
    """Store the picture behind a person's name.

    :raises PictureUnreadable: the upload is no picture we accept.
    :raises PictureTooLarge: it has too many bytes or pixels.
    :raises PersonNotFound: the person does not exist.
    """
    # Encoding takes a while, so it happens before anything is locked.
    kept = media.as_json(media.store(data, folder="backgrounds"))
    with transaction.atomic():
        ties.lock(person_id)
        Profile.objects.filter(pk=person_id).update(background=kept)


def remove_background(*, person_id: int) -> None:
    """Go back to the plain head."""
    Profile.objects.filter(pk=person_id).update(background=None)

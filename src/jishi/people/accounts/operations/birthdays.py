"""The day of the year somebody wants to hear from us. Naming it is voluntary; the row is the consent."""

from datetime import datetime

from jishi.kernel import clock
from jishi.people.accounts import rules
from jishi.people.accounts.errors import BirthdayInvalid, BirthdayNotAgreed
from jishi.people.accounts.models import Birthday, birthday_index


def keep_birthday(*, person_id: int, month: int, day: int, agrees: bool, at: datetime | None = None) -> None:
    """Keep month and day, encrypted; another day takes the place of the one before.

    :raises BirthdayInvalid: no year has such a day.
    :raises BirthdayNotAgreed: they did not agree to what it is used for.
    """
    if not rules.is_day_of_year(month, day):
        raise BirthdayInvalid
    if not agrees:
        raise BirthdayNotAgreed
    text = f"{month:02d}-{day:02d}"
    before = Birthday.objects.filter(pk=person_id).first()
    if before is not None and before.day == text:
        return
    Birthday.objects.update_or_create(
        person_id=person_id,
        defaults={"day": text, "day_index": birthday_index(text), "agreed_at": clock.at_or_now(at)},
    )


def forget_birthday(*, person_id: int) -> bool:
    """Forget the day and withdraw the consent; returns whether there was one."""
    return bool(Birthday.objects.filter(pk=person_id).delete()[0])

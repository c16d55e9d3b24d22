"""What people say about their own interests. Their word stands until they change it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.insight.portraits import tags
from jishi.insight.portraits.errors import InterestUnknown
from jishi.insight.portraits.models import Interest
from jishi.insight.portraits.operations import refreshing
from jishi.insight.portraits.queries import people
from jishi.kernel import clock

MOST = 60


@transaction.atomic
def edit_interests(
    *, person_id: int, add: Sequence[str] = (), remove: Sequence[str] = (), at: datetime | None = None
) -> None:
    """Take interests as one's own (`category:slug`, `topic:slug`, `brand:slug`), or have them gone for good.

    `tag:code` in `remove` hides a whole tag, in `add` shows it again. Saying the same twice changes nothing.

    :raises InterestUnknown: a key that names nothing here.
    """
    now = clock.at_or_now(at)
    wanted = dict.fromkeys(add, True) | dict.fromkeys(remove, False)
    _check(sorted(wanted))
    for key, is_wanted in sorted(wanted.items()):
        row, is_new = Interest.objects.select_for_update().get_or_create(
            person_id=person_id, key=key, defaults={"is_wanted": is_wanted, "edited_at": now}
        )
        if not is_new and row.is_wanted != is_wanted:
            row.is_wanted, row.edited_at = is_wanted, now
            row.save(update_fields=["is_wanted", "edited_at"])
    Interest.objects.filter(person_id=person_id, key__startswith="tag:", is_wanted=True).delete()
    refreshing.touch(person_id=person_id)


def _check(keys: list[str]) -> None:
    if len(keys) > MOST:
        raise InterestUnknown(key=keys[-1][:60])
    named = people.names_of([key for key in keys if not key.startswith("tag:")], "en")
    for key in keys:
        kind, _, name = key.partition(":")
        if not (name in tags.BY_CODE if kind == "tag" else key in named):
            raise InterestUnknown(key=key[:60])

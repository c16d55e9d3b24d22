"""What a person chooses for their feeds. Choosing again replaces what was chosen before."""

from collections.abc import Iterable

from django.db import connection, transaction

from jishi.kernel import clock, outbox
from jishi.social.feed.errors import PlaceTooLong, TooManyInterests
from jishi.social.feed.events import InterestsChosen
from jishi.social.feed.models import Choice, Interest

INTERESTS_MAX = 20
PLACE_MAX = 60

_INTERESTS = """
INSERT INTO feed_interest (person_id, topic_id)
SELECT %(person)s, t.id FROM notes_topic t WHERE t.slug = ANY(%(slugs)s) ORDER BY t.id
ON CONFLICT (person_id, topic_id) DO NOTHING
"""


def choose_interests(*, person_id: int, slugs: Iterable[str]) -> int:
    """Set the topics somebody likes to read about; unknown ones are left out. Returns how many they are now.

    :raises TooManyInterests: more than a feed can weigh.
    """
    wanted = list(dict.fromkeys(slug[:60].replace("\x00", "") for slug in slugs))
    if len(wanted) > INTERESTS_MAX:
        raise TooManyInterests(limit=INTERESTS_MAX)
    with transaction.atomic(), connection.cursor() as cursor:
        Interest.objects.filter(person_id=person_id).delete()
        cursor.execute(_INTERESTS, {"person": person_id, "slugs": wanted})
        count = cursor.rowcount
        outbox.publish(InterestsChosen(person_id=person_id, count=count, at=clock.now()))
        return count


def choose_place(*, person_id: int, place: str) -> None:
    """Set the place somebody reads about; the empty text forgets it.

    :raises PlaceTooLong: that is no name.
    """
    place = place.replace("\x00", "").strip()
    if len(place) > PLACE_MAX:
        raise PlaceTooLong(limit=PLACE_MAX)
    Choice.objects.update_or_create(person_id=person_id, defaults={"place": place})


def personalise(*, person_id: int, on: bool) -> None:
    """Let the mixed feed look at what somebody follows and picked, or not."""
    Choice.objects.update_or_create(person_id=person_id, defaults={"is_personalised": on})


def forget(*, person_id: int) -> None:
    """Remove everything feeds know about a person."""
    with transaction.atomic():
        Interest.objects.filter(person_id=person_id).delete()
        Choice.objects.filter(person_id=person_id).delete()

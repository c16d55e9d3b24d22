"""What people decide about recommendations: what they do not want to see, and whether friends may be told.

Deciding again is no error. Invariant: a refusal by a shop outlives every later proposal of the same bundle.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from jishi.insight.recommendation.contracts import Asker
from jishi.insight.recommendation.errors import BundleUnknown, ShowingUnknown, ThingUnknown, TooMuchHidden
from jishi.insight.recommendation.models import Bundle, Capped, Choice, Due, Hidden, Slate, Touch
from jishi.kernel import clock

HIDDEN_MOST = 500

_OWNER = """
SELECT CASE %(kind)s
    WHEN 'item' THEN %(key)s
    WHEN 'author' THEN (SELECT author_id FROM notes_note WHERE id = -%(key)s)
    WHEN 'shop' THEN (SELECT shop_id FROM catalog_product WHERE id = %(key)s)
    WHEN 'category' THEN (SELECT category_id FROM catalog_product WHERE id = %(key)s)
END
"""


def hide(*, person_id: int, kind: str, key: int, at: datetime | None = None) -> bool:
    """Leave out a thing (by its key), an author, a shop or a category (by their numbers); true when new.

    :raises ThingUnknown: there is no such kind of thing.
    :raises TooMuchHidden: more than a list can check.
    """
    if kind not in ("item", "author", "shop", "category") or not key:
        raise ThingUnknown()
    with transaction.atomic():
        if Hidden.objects.filter(person_id=person_id).count() >= HIDDEN_MOST:
            raise TooMuchHidden(limit=HIDDEN_MOST)
        _, is_new = Hidden.objects.get_or_create(
            person_id=person_id, kind=kind, key=key, defaults={"created_at": clock.at_or_now(at)}
        )
    return is_new


def hide_shown(
    asker: Asker, *, slate: str, position: int, kind: str, at: datetime | None = None
) -> tuple[str, int]:
    """Leave out what stands at a place of one's own list, or its author, shop or category; returns what.

    :raises ShowingUnknown: there is no such place, or the list was somebody else's.
    :raises ThingUnknown: the thing has no such owner, or the kind is unknown.
    :raises TooMuchHidden: more than a list can check.
    """
    row = Slate.objects.filter(code=slate, person_id=asker.person_id, reader__in=asker.readers).first()
    if row is None or asker.person_id is None or not 1 <= position <= len(row.keys):
        raise ShowingUnknown()
    with connection.cursor() as cursor:
        cursor.execute(_OWNER, {"kind": kind, "key": row.keys[position - 1]})
        key = cursor.fetchone()[0]
    if key is None:
        raise ThingUnknown()
    hide(person_id=asker.person_id, kind=kind, key=key, at=at)
    return kind, key


def unhide(*, person_id: int, kind: str, key: int) -> bool:
    """Let something be shown again; true when it was left out."""
    return bool(Hidden.objects.filter(person_id=person_id, kind=kind, key=key).delete()[0])


def tell_friends(*, person_id: int, on: bool) -> None:
    """Let friends be told what one buys, or not."""
    Choice.objects.update_or_create(person_id=person_id, defaults={"tells_friends": on})


def decide_bundle(*, shop_id: int, code: str, show: bool, at: datetime | None = None) -> None:
    """Show a bundle beside its goods from now on, or never propose it again.

    :raises BundleUnknown: this shop has no such proposal.
    """
    state = "shown" if show else "declined"
    changed = Bundle.objects.filter(shop_id=shop_id, code=code).update(
        state=state, decided_at=clock.at_or_now(at)
    )
    if not changed:
        raise BundleUnknown()


def forget_person(*, person_id: int) -> None:
    """Remove everything that recommendations know about a person."""
    with transaction.atomic():
        for model in (Touch, Slate, Hidden, Choice, Capped, Due):
            model.objects.filter(person_id=person_id).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM recommendation_candidates WHERE list IN ('home', 'alike') AND subject_id = %s",
                [person_id],
            )

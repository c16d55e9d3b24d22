"""Putting things into slots and taking them out again.

Locks: the placement's row. What a campaign places was approved with the campaign; what an operator places by
hand waits for a second person.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from jishi.growth.merchandising import rules
from jishi.growth.merchandising.contracts import PlacementDraft, PlacementState
from jishi.growth.merchandising.errors import (
    NotWaiting,
    PlacementInvalid,
    PlacementNotFound,
    SecondPersonNeeded,
    WordsRefused,
)
from jishi.growth.merchandising.models import Chosen, Placement
from jishi.growth.merchandising.queries import boards
from jishi.growth.merchandising.queries.boards import FIELDS
from jishi.kernel import audit, clock, media, pictures, wording

FOLDER = "slots"

CHOOSE = """
INSERT INTO merchandising_chosen (placement_id, person_id, natural_key, until, chosen_at)
SELECT %(placement)s, c.person_id, c.natural_key, %(until)s, %(at)s
FROM unnest(%(people)s::bigint[], %(keys)s::text[]) AS c (person_id, natural_key)
ORDER BY c.natural_key
ON CONFLICT (natural_key) DO NOTHING
"""


def place(
    *,
    natural_key: str,
    draft: PlacementDraft,
    person_ids: Iterable[int] = (),
    campaign_code: str = "",
    by: int | None,
    at: datetime | None = None,
) -> str:
    """Put something into a slot at once; the same key again changes nothing. Returns its code.

    With `person_ids` only these people see it. For callers that were approved themselves (a campaign); an
    operator's own placement goes through `draft`, `ask` and `confirm`.

    :raises PlacementInvalid: something about it cannot be.
    :raises WordsRefused: it says what may not be said here.
    """
    moment = clock.at_or_now(at)
    chosen = sorted(set(person_ids))
    wanted = _checked(draft, moment)
    _must_be_sayable(wanted)
    if not natural_key or len(natural_key) > 100:
        raise PlacementInvalid(field="natural_key")
    values = {name: _stored(wanted, name) for name in FIELDS}
    if chosen:
        values["is_for_chosen"] = True
    with transaction.atomic():
        row, is_new = Placement.objects.get_or_create(
            natural_key=natural_key,
            defaults={
                **values,
                "state": PlacementState.ON,
                "campaign_code": campaign_code[:12],
                "owner_id": by,
                "created_at": moment,
                "changed_at": moment,
            },
        )
        if is_new and chosen:
            _choose(row, {f"{natural_key}#{one}": one for one in chosen}, row.ends_at, moment)
    return row.code


def place_for(
    *, person_id: int, natural_key: str, placement_code: str, until: datetime, at: datetime | None = None
) -> bool:
    """Show a placement for chosen people to one more; the same key again changes nothing. True if new.

    :raises PlacementNotFound: there is none.
    """
    return (
        place_for_many(people={natural_key: person_id}, placement_code=placement_code, until=until, at=at)
        == 1
    )


def place_for_many(
    *, people: Mapping[str, int], placement_code: str, until: datetime, at: datetime | None = None
) -> int:
    """Show a placement for chosen people to many more, by natural key, in one statement; returns how many.

    :raises PlacementNotFound: there is none.
    """
    row = Placement.objects.filter(code=placement_code).first()
    if row is None:
        raise PlacementNotFound
    return _choose(row, people, until, clock.at_or_now(at))


def withdraw(*, natural_key: str, at: datetime | None = None) -> bool:
    """Take out what was placed under a key, be it a placement or one person's; again changes nothing."""
    moment = clock.at_or_now(at)
    with transaction.atomic():
        ended = (
            Placement.objects.filter(natural_key=natural_key)
            .exclude(natural_key="")
            .exclude(state=PlacementState.OFF)
        ).update(state=PlacementState.OFF, changed_at=moment, revision=F("revision") + 1)
        ended += Chosen.objects.filter(natural_key=natural_key, withdrawn_at=None).update(withdrawn_at=moment)
    return ended > 0


def draft(*, draft: PlacementDraft, by: int | None, at: datetime | None = None) -> str:
    """Keep a placement that nobody sees yet; returns its code.

    :raises PlacementInvalid: something about it cannot be.
    """
    moment = clock.at_or_now(at)
    wanted = _checked(draft, moment)
    with transaction.atomic():
        row = Placement.objects.create(
            owner_id=by,
            created_at=moment,
            changed_at=moment,
            **{name: _stored(wanted, name) for name in FIELDS},
        )
        audit.record(actor_id=by, action="slots.draft", subject=f"placement:{row.code}")
    return row.code


def edit(*, code: str, draft: PlacementDraft, by: int | None, at: datetime | None = None) -> None:
    """Change a placement; what stood in the slot leaves it until a second person confirms the change.

    :raises PlacementNotFound: there is none.
    :raises PlacementInvalid: something about it cannot be.
    """
    moment = clock.at_or_now(at)
    wanted = _checked(draft, moment)
    with transaction.atomic():
        row = _locked(code)
        for name in FIELDS:
            setattr(row, name, _stored(wanted, name))
        row.state, row.asked_by_id = PlacementState.DRAFT, None
        row.changed_at, row.revision = moment, row.revision + 1
        row.save()
        audit.record(actor_id=by, action="slots.edit", subject=f"placement:{code}")


def ask(*, code: str, by: int, at: datetime | None = None) -> None:
    """Ask a second person to let it be shown; again changes nothing.

    :raises PlacementNotFound: there is none.
    :raises PlacementInvalid: it has ended, or lacks one of the languages.
    :raises WordsRefused: it says what may not be said here.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code)
        if row.ends_at <= moment:
            raise PlacementInvalid(field="ends_at")
        _must_be_sayable(boards.view(row).draft)
        if not rules.is_read_by_all(row.title) or (row.text and not rules.is_read_by_all(row.text)):
            raise PlacementInvalid(field="title")
        if row.state in (PlacementState.DRAFT, PlacementState.OFF):
            _turn(row, PlacementState.WAITING, moment, asked_by_id=by)
            audit.record(actor_id=by, action="slots.ask", subject=f"placement:{code}")


def confirm(*, code: str, by: int, at: datetime | None = None) -> None:
    """Let it be shown, as the second person.

    :raises PlacementNotFound: there is none.
    :raises NotWaiting: nobody asked.
    :raises SecondPersonNeeded: the same person asked, or made it.
    :raises WordsRefused: it says what may not be said here, by now.
    """
    with transaction.atomic():
        row = _locked(code)
        if row.state != PlacementState.WAITING:
            raise NotWaiting
        if by in (row.asked_by_id, row.owner_id):
            raise SecondPersonNeeded
        _must_be_sayable(boards.view(row).draft)
        _turn(row, PlacementState.ON, clock.at_or_now(at))
        audit.record(actor_id=by, action="slots.confirm", subject=f"placement:{code}")


def take_out(*, code: str, by: int | None, at: datetime | None = None) -> None:
    """Take it out of its slot, or back from whoever was asked; again changes nothing.

    :raises PlacementNotFound: there is none.
    """
    with transaction.atomic():
        row = _locked(code)
        if row.state != PlacementState.OFF:
            _turn(row, PlacementState.OFF, clock.at_or_now(at), asked_by_id=None)
            audit.record(actor_id=by, action="slots.take_out", subject=f"placement:{code}")


def store_picture(*, data: bytes, slot: str) -> dict[str, Any]:
    """Keep a picture in the shape of its slot, so that nothing moves when it arrives.

    :raises PlacementInvalid: there is no such slot.
    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    known = rules.BY_CODE.get(slot)
    if known is None:
        raise PlacementInvalid(field="slot")
    cut = pictures.cropped(data, wide=known.wide, high=known.high)
    return media.as_json(media.store(cut, folder=FOLDER))


def _choose(row: Placement, people: Mapping[str, int], until: datetime, at: datetime) -> int:
    params: dict[str, Any] = {
        "placement": row.pk,
        "people": list(people.values()),
        "keys": [key[:120] for key in people],
        "until": until,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE, params)
        return int(cursor.rowcount)


def _checked(draft: PlacementDraft, at: datetime) -> PlacementDraft:
    wanted = rules.tidy(draft, at)
    if field := rules.fault(wanted):
        raise PlacementInvalid(field=field)
    return wanted


def _must_be_sayable(draft: PlacementDraft) -> None:
    if word := wording.refused(rules.said_in(draft)):
        raise WordsRefused(word=word)


def _stored(draft: PlacementDraft, name: str) -> Any:
    value = getattr(draft, name)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _turn(row: Placement, state: PlacementState, at: datetime, **more: Any) -> None:
    Placement.objects.filter(pk=row.pk).update(state=state, changed_at=at, revision=F("revision") + 1, **more)


def _locked(code: str) -> Placement:
    row = Placement.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise PlacementNotFound
    return row

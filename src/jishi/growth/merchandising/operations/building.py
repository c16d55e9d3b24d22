"""Making landing pages: settings, blocks, publishing a version with a second person, taking off.

Locks: the page's row. `revision` goes up with every change, and whoever changes says which one they looked
at, so that two people never undo each other unseen.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from jishi.goods.catalog import queries as catalog
from jishi.growth.merchandising import rules
from jishi.growth.merchandising.contracts import Block, BlockKind, LandingDraft, PageState
from jishi.growth.merchandising.errors import (
    EndStays,
    NotWaiting,
    PageChanged,
    PageInvalid,
    PageNotFound,
    PageOver,
    SecondPersonNeeded,
    SlugTaken,
    WordsRefused,
)
from jishi.growth.merchandising.models import LandingPage, LandingVersion
from jishi.kernel import audit, clock, media, pictures, wording
from jishi.promotions.plays import queries as plays
from jishi.social.notes import queries as notes

FOLDER = "landing"
FIELDS = ("slug", "title", "summary", "picture", "ends_at", "campaign_code")


def create_page(*, draft: LandingDraft, by: int | None, at: datetime | None = None) -> str:
    """Begin a page that nobody sees yet; returns its code.

    :raises PageInvalid: something about it cannot be.
    :raises SlugTaken: another page has this address.
    """
    wanted = _checked(draft)
    try:
        with transaction.atomic():
            values = {name: getattr(wanted, name) for name in FIELDS}
            row = LandingPage.objects.create(owner_id=by, created_at=clock.at_or_now(at), **values)
            audit.record(actor_id=by, action="landing.create", subject=f"landing:{row.code}")
    except IntegrityError:
        raise SlugTaken from None
    return row.code


def edit_page(*, code: str, draft: LandingDraft, revision: int, by: int | None) -> None:
    """Change the settings of a page. The texts are public from the next version on.

    :raises PageNotFound: there is none.
    :raises PageChanged: somebody else changed it in the meantime.
    :raises PageInvalid: something cannot be; the address stays once the page was public.
    :raises EndStays: a countdown told people another end.
    :raises SlugTaken: another page has this address.
    """
    wanted = _checked(draft)
    try:
        with transaction.atomic():
            row = _locked(code, revision)
            if row.version and wanted.slug != row.slug:
                raise PageInvalid(field="slug")
            if row.has_promised_end and wanted.ends_at != row.ends_at:
                raise EndStays
            _change(row, by, "landing.edit", {name: getattr(wanted, name) for name in FIELDS})
    except IntegrityError:
        raise SlugTaken from None


def put_blocks(*, code: str, blocks: Sequence[Block], revision: int, by: int | None) -> None:
    """Set the blocks of the draft; what they name is looked up now.

    :raises PageNotFound: there is no such page.
    :raises PageChanged: somebody else changed it in the meantime.
    :raises PageInvalid: a block cannot be, or names something that is not there; `block` is its key.
    """
    wanted = [_resolved(rules.tidy_block(block)) for block in blocks]
    if len(wanted) > rules.MAX_BLOCKS or len({one.key for one in wanted}) != len(wanted):
        raise PageInvalid(field="blocks", block="")
    with transaction.atomic():
        row = _locked(code, revision)
        _change(row, by, "landing.blocks", {"blocks": rules.to_rows(wanted)})


def ask_publishing(*, code: str, revision: int, by: int, at: datetime | None = None) -> None:
    """Ask a second person to make the draft public.

    :raises PageNotFound: there is none.
    :raises PageChanged: somebody else changed it in the meantime.
    :raises PageInvalid: something is missing; `field` says what.
    :raises WordsRefused: it says what may not be said here.
    :raises PageOver: its end has passed.
    """
    with transaction.atomic():
        row = _locked(code, revision)
        _must_be_ready(row, clock.at_or_now(at))
        LandingPage.objects.filter(pk=row.pk).update(asked_by_id=by)
        audit.record(actor_id=by, action="landing.ask", subject=f"landing:{code}")


def publish(*, code: str, revision: int, by: int, at: datetime | None = None) -> int:
    """Make the draft public as the second person; returns the number of the version.

    `revision` is what this person looked at: a draft that was changed since is not what they agreed to.

    :raises PageNotFound: there is none.
    :raises PageChanged: somebody changed it in the meantime.
    :raises NotWaiting: nobody asked.
    :raises SecondPersonNeeded: the same person asked.
    :raises PageInvalid: something is missing.
    :raises WordsRefused: it says what may not be said here, by now.
    :raises PageOver: its end has passed.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code, revision)
        if row.asked_by_id is None:
            raise NotWaiting
        if row.asked_by_id == by:
            raise SecondPersonNeeded
        blocks = _must_be_ready(row, moment)
        row.version += 1
        LandingVersion.objects.create(
            page=row,
            number=row.version,
            title=row.title,
            summary=row.summary,
            picture=row.picture,
            blocks=row.blocks,
            published_at=moment,
        )
        row.state, row.asked_by_id, row.is_changed = PageState.PUBLISHED, None, False
        row.published_at = row.published_at or moment
        row.has_promised_end = row.has_promised_end or rules.promises_end(blocks)
        row.save()
        audit.record(
            actor_id=by, action="landing.publish", subject=f"landing:{code}", detail={"version": row.version}
        )
    return row.version


def take_off(*, code: str, by: int | None) -> None:
    """Take a page off, or the question back; the versions stay. Again changes nothing.

    :raises PageNotFound: there is none.
    """
    with transaction.atomic():
        row = _locked(code)
        state = PageState.OFF if row.state == PageState.PUBLISHED and row.asked_by_id is None else row.state
        LandingPage.objects.filter(pk=row.pk).update(state=state, asked_by=None)
        audit.record(actor_id=by, action="landing.take_off", subject=f"landing:{code}")


def bring_back(*, code: str, number: int, revision: int, by: int | None) -> None:
    """Make an old version the draft again; it becomes public like any other draft.

    :raises PageNotFound: there is no such page or version.
    :raises PageChanged: somebody else changed it in the meantime.
    """
    with transaction.atomic():
        row = _locked(code, revision)
        old = LandingVersion.objects.filter(page=row, number=number).first()
        if old is None:
            raise PageNotFound
        values = {name: getattr(old, name) for name in ("title", "summary", "picture", "blocks")}
        _change(row, by, "landing.bring_back", values)


def store_page_picture(*, data: bytes, wide: int = 16, high: int = 9) -> dict[str, Any]:
    """Keep a picture of a page in a fixed shape.

    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    return media.as_json(media.store(pictures.cropped(data, wide=wide, high=high), folder=FOLDER))


def _checked(draft: LandingDraft) -> LandingDraft:
    wanted = rules.tidy_landing(draft)
    if field := rules.landing_fault(wanted):
        raise PageInvalid(field=field)
    return wanted


def _resolved(block: Block) -> Block:
    if field := rules.block_fault(block):
        raise PageInvalid(field=field, block=block.key)
    if block.kind in (BlockKind.GOODS, BlockKind.TEAMS):
        found = [catalog.find_product_id(code) for code in block.codes]
    elif block.kind == BlockKind.NOTES:
        found = [notes.find_note_id(code, viewer_id=None) for code in block.codes]
    else:
        found = []
    if None in found:
        raise PageInvalid(field="codes", block=block.key)
    if block.kind == BlockKind.COUNTDOWN and block.until not in ("", "page"):
        offer = plays.find_offer_for(block.until, viewer_id=None)
        if offer is None or offer.ends_at is None:
            raise PageInvalid(field="until", block=block.key)
    return replace(block, ids=tuple(one for one in found if one is not None))


def _must_be_ready(row: LandingPage, at: datetime) -> tuple[Block, ...]:
    if row.ends_at is not None and row.ends_at <= at:
        raise PageOver
    blocks = rules.from_rows(row.blocks)
    draft = LandingDraft(slug=row.slug, title=row.title, summary=row.summary, ends_at=row.ends_at)
    if field := rules.unready(draft, blocks):
        raise PageInvalid(field=field)
    if word := wording.refused(rules.said_on(draft, blocks)):
        raise WordsRefused(word=word)
    return blocks


def _change(row: LandingPage, by: int | None, action: str, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.revision += 1
    # Whoever was asked to confirm looked at something else.
    row.is_changed, row.asked_by_id = True, None
    row.save()
    audit.record(actor_id=by, action=action, subject=f"landing:{row.code}")


def _locked(code: str, revision: int | None = None) -> LandingPage:
    row = LandingPage.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise PageNotFound
    if revision is not None and row.revision != revision:
        raise PageChanged
    return row

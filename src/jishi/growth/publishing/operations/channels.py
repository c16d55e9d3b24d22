"""Accounts outside, their versions, and posting. Without a connection a person posts by hand.

A posting is tried at most once: the version is marked as being sent, in a transaction of its own, before
the platform is asked. Whoever dies in between leaves it marked, and a person looks there and says what they
found.
"""

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from jishi.growth.publishing import ports, rules
from jishi.growth.publishing.contracts import ChannelDraft, VariantDraft, VariantState
from jishi.growth.publishing.errors import (
    ChannelInvalid,
    ChannelNotFound,
    NoConnection,
    PieceInvalid,
    PlatformRefused,
    StepForbidden,
    VariantUnfit,
)
from jishi.growth.publishing.models import Channel, Piece, Variant
from jishi.growth.publishing.operations import locked, packing
from jishi.growth.publishing.platforms import PLATFORMS
from jishi.growth.publishing.queries import channels
from jishi.kernel import audit, clock

MAX_LIST = 20
_ADDRESS = re.compile(r"https?://[^\s<>\"']{3,290}")


def open_channel(*, draft: ChannelDraft, by: int, at: datetime | None = None) -> str:
    """Write down an account on a platform; returns its code.

    :raises ChannelInvalid: something cannot be, or the account is there already.
    """
    values = _checked(draft)
    try:
        with transaction.atomic():
            row = Channel.objects.create(created_at=clock.at_or_now(at), **values)
            audit.record(actor_id=by, action="publishing.open_channel", subject=f"channel:{row.code}")
    except IntegrityError:
        raise ChannelInvalid(field="name") from None
    return row.code


def save_channel(*, code: str, draft: ChannelDraft, by: int) -> None:
    """Change an account; its platform stays.

    :raises ChannelNotFound: there is none.
    :raises ChannelInvalid: something cannot be.
    """
    values = _checked(draft)
    try:
        with transaction.atomic():
            row = _channel(code)
            if row.platform != draft.platform:
                raise ChannelInvalid(field="platform")
            Channel.objects.filter(pk=row.pk).update(**values)
            audit.record(actor_id=by, action="publishing.save_channel", subject=f"channel:{code}")
    except IntegrityError:
        raise ChannelInvalid(field="name") from None


def close_channel(*, code: str, by: int, active: bool = False) -> None:
    """Stop planning for an account, or begin again; its versions and figures stay.

    :raises ChannelNotFound: there is none.
    """
    with transaction.atomic():
        row = _channel(code)
        Channel.objects.filter(pk=row.pk).update(is_active=active)
        act = "reopen_channel" if active else "close_channel"
        audit.record(actor_id=by, action=f"publishing.{act}", subject=f"channel:{code}")


def keep_variant(
    *, code: str, channel_code: str, draft: VariantDraft, by: int, at: datetime | None = None
) -> None:
    """Keep the version of a piece for one account; whether it fits is said, and asked again before it leaves.

    :raises PieceNotFound: / ChannelNotFound: there is none.
    :raises PieceInvalid: a text is far too long, or a picture is not the piece's.
    :raises StepForbidden: it was posted, or is being sent.
    """
    clean = _tidy(draft)
    with transaction.atomic():
        row, channel = locked.lock(code), _channel(channel_code)
        if set(clean.pictures) - set(row.pictures.values_list("asset__code", flat=True)):
            raise PieceInvalid(field="pictures")
        Variant.objects.get_or_create(piece=row, channel=channel)
        mine = _variant(row, channel)
        if mine.state != VariantState.DRAFT:
            raise StepForbidden(state=mine.state)
        values = {"tags": list(clean.tags), "pictures": list(clean.pictures)}
        Variant.objects.filter(pk=mine.pk).update(title=clean.title, text=clean.text, **values)
        locked.record(row, "version", by=by, at=clock.at_or_now(at), words=channel.name)


def drop_variant(*, code: str, channel_code: str, by: int, at: datetime | None = None) -> None:
    """Throw away a version that was not posted.

    :raises PieceNotFound: / ChannelNotFound: there is none.
    :raises StepForbidden: it was posted, or is being sent.
    """
    with transaction.atomic():
        row, channel = locked.lock(code), _channel(channel_code)
        mine = Variant.objects.select_for_update().filter(piece=row, channel=channel).first()
        if mine is None:
            return
        if mine.state != VariantState.DRAFT:
            raise StepForbidden(state=mine.state)
        mine.delete()
        locked.record(row, "no_version", by=by, at=clock.at_or_now(at), words=channel.name)


def mark_posted(*, code: str, channel_code: str, url: str, by: int, at: datetime | None = None) -> None:
    """Note where a person posted a version by hand; the address joins it with the platform's figures.

    :raises PieceNotFound: / ChannelNotFound: there is none.
    :raises PieceInvalid: it is no address.
    """
    address = url.strip()
    if not _ADDRESS.fullmatch(address):
        raise PieceInvalid(field="url")
    now = clock.at_or_now(at)
    with transaction.atomic():
        row, channel = locked.lock(code), _channel(channel_code)
        Variant.objects.get_or_create(piece=row, channel=channel)
        mine = _variant(row, channel)
        if mine.url == address and mine.state == VariantState.POSTED:
            return
        _posted(mine, address, mine.posted_at or now)
        locked.record(row, "posted", by=by, at=now, words=channel.name)


def post(*, code: str, channel_code: str, by: int, at: datetime | None = None) -> str:
    """Post a version through the platform's connection and return its address. At most once.

    :raises PieceNotFound: / ChannelNotFound: there is none.
    :raises NoConnection: nothing is connected to this platform; nothing is tried.
    :raises VariantUnfit: the version breaks a limit, or is not kept yet.
    :raises CheckStops: a picture of it may not be used now.
    :raises StepForbidden: it was posted, or is being sent.
    :raises PlatformRefused: the platform said no; the version is a draft again.
    """
    now, channel = clock.at_or_now(at), channels.get_channel(channel_code)
    publisher = ports.find_publisher(channel.platform.code)
    if publisher is None:
        raise NoConnection
    package = packing.package(code=code, channel_code=channel_code, at=now)
    with transaction.atomic():
        row = locked.lock(code)
        mine = _variant(row, _channel(channel_code))
        if mine.state != VariantState.DRAFT:
            raise StepForbidden(state=mine.state)
        Variant.objects.filter(pk=mine.pk).update(state=VariantState.SENDING, sending_at=now)
        locked.record(row, "sending", by=by, at=now, words=channel.draft.name)
    try:
        address = publisher.post(package, handle=channel.draft.handle)
    except PlatformRefused:
        Variant.objects.filter(pk=mine.pk, state=VariantState.SENDING).update(state=VariantState.DRAFT)
        raise
    with transaction.atomic():
        row = locked.lock(code)
        _posted(mine, address[:300], now)
        locked.record(row, "posted", by=by, at=now, words=channel.draft.name)
    return address


def settle_sending(*, code: str, channel_code: str, by: int, at: datetime | None = None) -> None:
    """Say that a version whose sending never ended is not there: it may be tried again. (When it is there,
    :func:`mark_posted` takes its address.)

    :raises PieceNotFound: / ChannelNotFound: there is none.
    :raises StepForbidden: it is not being sent.
    """
    with transaction.atomic():
        row, channel = locked.lock(code), _channel(channel_code)
        mine = _variant(row, channel)
        if mine.state != VariantState.SENDING:
            raise StepForbidden(state=mine.state)
        Variant.objects.filter(pk=mine.pk).update(state=VariantState.DRAFT, sending_at=None)
        locked.record(row, "not_there", by=by, at=clock.at_or_now(at), words=channel.name)


def _channel(code: str) -> Channel:
    row = Channel.objects.filter(code=code[:12]).first()
    if row is None:
        raise ChannelNotFound
    return row


def _variant(piece: Piece, channel: Channel) -> Variant:
    row = Variant.objects.select_for_update().filter(piece=piece, channel=channel).first()
    if row is None:
        raise VariantUnfit
    return row


def _posted(row: Variant, address: str, at: datetime) -> None:
    Variant.objects.filter(pk=row.pk).update(state=VariantState.POSTED, url=address, posted_at=at)


def _tidy(draft: VariantDraft) -> VariantDraft:
    title, text = rules.line(draft.title), rules.clean(draft.text)
    tags = tuple(dict.fromkeys(rules.line(tag).lstrip("#＃") for tag in draft.tags if rules.line(tag)))
    pictures = tuple(dict.fromkeys(draft.pictures))
    if len(title) > 200 or len(text) > 20000:
        raise PieceInvalid(field="text")
    if len(tags) > 40 or any(len(tag) > 40 for tag in tags) or len(pictures) > 60:
        raise PieceInvalid(field="tags")
    return VariantDraft(title, text, tags, pictures)


def _checked(draft: ChannelDraft) -> dict[str, Any]:
    name, handle, url = rules.line(draft.name), rules.line(draft.handle), draft.url.strip()
    if draft.platform not in PLATFORMS:
        raise ChannelInvalid(field="platform")
    if not name or len(name) > 60 or len(handle) > 60:
        raise ChannelInvalid(field="name")
    if url and (len(url) > 200 or not _ADDRESS.fullmatch(url)):
        raise ChannelInvalid(field="url")
    if not 0 <= draft.weekly_goal <= 99:
        raise ChannelInvalid(field="weekly_goal")
    if not 0 <= draft.cost_minor <= 10**12 or not re.fullmatch("[A-Z]{3}", draft.currency):
        raise ChannelInvalid(field="cost")
    if not all(0 <= one <= 100_000 for one in (draft.title_limit, draft.text_limit)):
        raise ChannelInvalid(field="text_limit")
    if not 0 <= draft.picture_limit <= 100:
        raise ChannelInvalid(field="picture_limit")
    themes = list(dict.fromkeys(rules.line(one) for one in draft.themes if rules.line(one)))
    segments = list(dict.fromkeys(one.strip() for one in draft.segments if one.strip()))
    if len(themes) > MAX_LIST or len(segments) > MAX_LIST:
        raise ChannelInvalid(field="themes")
    if any(len(one) > 40 for one in themes) or any(len(one) > 12 for one in segments):
        raise ChannelInvalid(field="themes")
    return {
        **{one: getattr(draft, one) for one in ("platform", "weekly_goal", "cost_minor", "currency")},
        **{one: getattr(draft, one) for one in ("title_limit", "text_limit", "picture_limit")},
        "name": name,
        "handle": handle,
        "url": url,
        "themes": themes,
        "segments": segments,
    }

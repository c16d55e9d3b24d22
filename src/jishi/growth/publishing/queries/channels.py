"""Accounts outside: what they take, their versions, their figures, and which of them suit a piece."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from jishi.growth.publishing import advising, ports, rules
from jishi.growth.publishing.contracts import (
    Advice,
    AssetView,
    ChannelDraft,
    ChannelView,
    FigureRow,
    Finding,
    Limits,
    PieceView,
    PieceWhole,
    Platform,
    VariantDraft,
    VariantState,
    VariantView,
)
from jishi.growth.publishing.errors import ChannelNotFound
from jishi.growth.publishing.models import Channel, Figure, Variant
from jishi.growth.publishing.platforms import PLATFORMS
from jishi.growth.publishing.queries import pieces

SUMMED = ("views", "likes", "comments", "shares", "clicks", "spent_minor")


def list_platforms() -> tuple[Platform, ...]:
    """The platforms that are known."""
    return tuple(PLATFORMS.values())


def list_channels(*, active: bool | None = None) -> tuple[ChannelView, ...]:
    """The accounts of the house."""
    rows = Channel.objects.all() if active is None else Channel.objects.filter(is_active=active)
    return tuple(view(row) for row in rows.order_by("-is_active", "platform", "name")[:100])


def get_channel(code: str) -> ChannelView:
    """One account.

    :raises ChannelNotFound: there is none.
    """
    row = Channel.objects.filter(code=code[:12]).first()
    if row is None:
        raise ChannelNotFound
    return view(row)


def list_variants(whole: PieceWhole, among: tuple[ChannelView, ...]) -> tuple[VariantView, ...]:
    """The version of a piece for every active account, and for others that have one already."""
    kept = {row.channel_id: row for row in Variant.objects.filter(piece_id=whole.piece.id)}
    return tuple(
        variant_view(one, kept.get(one.id), rules.first_version(whole.draft, one.limits), whole.assets)
        for one in among
        if one.is_active or one.id in kept
    )


def get_variant(whole: PieceWhole, channel_code: str) -> VariantView:
    """The version of a piece for one account; before anybody kept one, what it would begin with.

    :raises ChannelNotFound: there is no such account.
    """
    channel = get_channel(channel_code)
    row = Variant.objects.filter(piece_id=whole.piece.id, channel_id=channel.id).first()
    return variant_view(channel, row, rules.first_version(whole.draft, channel.limits), whole.assets)


def list_posted(channel_code: str, *, limit: int = 60) -> tuple[tuple[PieceView, str, datetime | None], ...]:
    """Versions that were posted on one account: the piece, the address, when."""
    rows = Variant.objects.filter(channel__code=channel_code, state=VariantState.POSTED)
    found = rows.select_related("piece").order_by("-posted_at")[:limit]
    return tuple((pieces.view(row.piece), row.url, row.posted_at) for row in found)


def list_figures(channel_code: str, *, limit: int = 60) -> tuple[FigureRow, ...]:
    """The newest figures of an account."""
    rows = Figure.objects.filter(channel__code=channel_code).order_by("-on", "post")[:limit]
    return tuple(
        FigureRow(
            row.on, row.post, row.views, row.likes, row.comments, row.shares, row.clicks, row.spent_minor
        )
        for row in rows
    )


def sums_of_channels() -> dict[str, dict[str, int]]:
    """All figures of each account added up, with how many posts they are about."""
    totals = {name: Sum(name) for name in SUMMED}
    rows = Figure.objects.order_by().values_list("channel__code")
    found = rows.annotate(posts=Count("post", distinct=True), **totals)
    names = ("posts", *SUMMED)
    return {
        row[0]: {name: int(value or 0) for name, value in zip(names, row[1:], strict=True)} for row in found
    }


def advise(whole: PieceWhole, among: tuple[ChannelView, ...]) -> tuple[Advice, ...]:
    """Which active accounts suit a piece, with what speaks for and against each; the best suited first."""
    sums = sums_of_channels()
    found = [advising.advise(whole.draft, one, sums.get(one.code, {})) for one in among if one.is_active]
    order: dict[str, int] = {verdict: place for place, verdict in enumerate(advising.ORDER)}
    return tuple(sorted(found, key=lambda one: (order[one.verdict], one.channel.draft.name)))


def variant_view(
    channel: ChannelView, row: Variant | None, first: VariantDraft, assets: Sequence[AssetView]
) -> VariantView:
    """The version of an account, kept or to begin with."""

    def faults_of(draft: VariantDraft) -> tuple[Finding, ...]:
        shown = [one for one in assets if one.code in draft.pictures]
        return (*rules.variant_faults(draft, channel.limits), *rules.film_faults(shown, channel.limits))

    if row is None:
        faults = faults_of(first)
        return VariantView(channel, first, VariantState.DRAFT, "", None, faults, is_kept=False)
    draft = VariantDraft(row.title, row.text, tuple(row.tags), tuple(row.pictures))
    faults = faults_of(draft)
    return VariantView(channel, draft, row.state, row.url, row.posted_at, faults, is_kept=True)


def view(row: Channel) -> ChannelView:
    """A row as others see it."""
    platform = PLATFORMS[row.platform]
    return ChannelView(
        id=row.pk,
        code=row.code,
        draft=draft_of(row),
        platform=platform,
        limits=_limits(platform.limits, row),
        is_active=row.is_active,
        can_post=ports.find_publisher(row.platform) is not None,
        can_fetch=ports.find_source(row.platform) is not None,
        fetch_hours=row.fetch_hours,
        fetched_at=row.fetched_at,
        fetch_said=row.fetch_said,
    )


def draft_of(row: Channel) -> ChannelDraft:
    """A row as its form shows it."""
    values: Mapping[str, Any] = {name: getattr(row, name) for name in ChannelDraft.__slots__}
    return ChannelDraft(**{**values, "segments": tuple(row.segments), "themes": tuple(row.themes)})


def _limits(given: Limits, row: Channel) -> Limits:
    return Limits(
        title=row.title_limit or given.title,
        text=row.text_limit or given.text,
        pictures=row.picture_limit or given.pictures,
        ratio=given.ratio,
        tags=given.tags,
        takes_links=given.takes_links,
        wide_counts_twice=given.wide_counts_twice,
        needs_picture=given.needs_picture,
        film_s=given.film_s,
        film_mb=given.film_mb,
    )

"""Landing pages: as the team works on them, and as everybody sees the published version."""

from collections.abc import Sequence
from datetime import datetime

from jishi.growth.merchandising import rules
from jishi.growth.merchandising.contracts import (
    LandingDraft,
    LandingPublic,
    LandingView,
    PageState,
)
from jishi.growth.merchandising.errors import PageNotFound
from jishi.growth.merchandising.models import LandingPage, LandingVersion, SignUp
from jishi.kernel import clock, media, wording


def get_page(code: str) -> LandingView:
    """A page as the team works on it.

    :raises PageNotFound: there is none.
    """
    row = LandingPage.objects.filter(code=code).first()
    if row is None:
        raise PageNotFound
    numbers = LandingVersion.objects.filter(page=row).order_by("number").values_list("number", flat=True)
    return view(row, tuple(numbers))


def judge_page(found: LandingView) -> tuple[wording.Remark, ...]:
    """What speaks against the words of a page's draft."""
    return wording.judge(rules.said_on(found.draft, found.blocks)) or ()


def list_pages(*, campaign_code: str = "", limit: int = 200) -> tuple[LandingView, ...]:
    """Landing pages, the newest first; which versions there are is left out."""
    rows = LandingPage.objects.order_by("-pk")
    rows = rows.filter(campaign_code=campaign_code) if campaign_code else rows
    return tuple(view(row, ()) for row in rows[:limit])


def get_public(slug: str, *, at: datetime | None = None) -> LandingPublic:
    """The published version behind an address.

    :raises PageNotFound: there is none, or it was taken off.
    """
    row = LandingPage.objects.filter(slug=slug, state=PageState.PUBLISHED).first()
    if row is None:
        raise PageNotFound
    version = LandingVersion.objects.get(page=row, number=row.version)
    return _public(row, version, clock.at_or_now(at))


def find_published(code: str, *, at: datetime | None = None) -> LandingPublic | None:
    """The published version of a page by its code; None when it is not published."""
    slug = LandingPage.objects.filter(code=code, state=PageState.PUBLISHED).values_list("slug", flat=True)
    return next((get_public(one, at=at) for one in slug), None)


def get_preview(code: str, *, number: int | None = None, at: datetime | None = None) -> LandingPublic:
    """The draft (or an old version) as it would look to everybody.

    :raises PageNotFound: there is no such page or version.
    """
    row = LandingPage.objects.filter(code=code).first()
    version = (
        LandingVersion.objects.filter(page=row, number=number).first() if row and number is not None else row
    )
    if row is None or version is None:
        raise PageNotFound
    return _public(row, version, clock.at_or_now(at))


def has_signed_up(code: str, person_id: int | None) -> bool:
    """Tell whether somebody is on the list of a page."""
    if person_id is None:
        return False
    return SignUp.objects.filter(page__code=code, person_id=person_id, withdrawn_at=None).exists()


def list_sign_ups(code: str, *, limit: int = 500) -> tuple[tuple[int, datetime], ...]:
    """Who signed up and when, the newest first."""
    rows = SignUp.objects.filter(page__code=code, withdrawn_at=None).order_by("-at", "-pk")
    return tuple(rows.values_list("person_id", "at")[:limit])


def view(row: LandingPage, versions: Sequence[int]) -> LandingView:
    """A page as it stands."""
    return LandingView(
        code=row.code,
        state=row.state,
        draft=LandingDraft(
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            picture=row.picture,
            ends_at=row.ends_at,
            campaign_code=row.campaign_code,
        ),
        blocks=rules.from_rows(row.blocks),
        version=row.version,
        versions=tuple(versions),
        revision=row.revision,
        is_changed=row.is_changed,
        has_promised_end=row.has_promised_end,
        sign_ups=row.sign_ups,
        owner_id=row.owner_id,
        asked_by_id=row.asked_by_id,
        created_at=row.created_at,
        published_at=row.published_at,
    )


def _public(row: LandingPage, content: LandingPage | LandingVersion, at: datetime) -> LandingPublic:
    return LandingPublic(
        code=row.code,
        slug=row.slug,
        number=content.number if isinstance(content, LandingVersion) else 0,
        title=content.title,
        summary=content.summary,
        picture=media.view(content.picture) if content.picture else None,
        ends_at=row.ends_at,
        is_over=row.ends_at is not None and row.ends_at <= at,
        blocks=rules.from_rows(content.blocks),
        campaign_code=row.campaign_code,
    )

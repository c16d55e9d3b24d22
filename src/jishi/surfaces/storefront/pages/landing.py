"""Landing pages: the published version for everybody, drafts for the team, signing up and leaving again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard
from jishi.growth.merchandising import operations as pages
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import USUAL, Block, BlockKind, LandingPublic
from jishi.growth.merchandising.errors import ConsentNeeded, PageNotFound, PageOver
from jishi.kernel import clock, http, media
from jishi.kernel.pictures import PictureView
from jishi.kernel.text import pick
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import OpenTeamView
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import NoteCard
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import experimenting
from jishi.surfaces.storefront.pages.home import AlmostFull, almost_full

TEAMS = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """One block in the reader's language, with what it names."""

    key: str
    kind: str
    title: str
    text: str
    url: str = ""
    picture: PictureView | None = None
    goods: tuple[ListingCard, ...] = ()
    notes: tuple[NoteCard, ...] = ()
    teams: tuple[AlmostFull, ...] = ()
    ends_at: datetime | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Everything that the blocks of a page name, fetched together."""

    goods: Mapping[int, ListingCard] = field(default_factory=dict)
    notes: Mapping[int, NoteCard] = field(default_factory=dict)
    teams: tuple[OpenTeamView, ...] = ()


@require_GET
def landing(request: HttpRequest, slug: str) -> HttpResponse:
    """The page behind an address, or what an experiment shows there instead."""
    public = queries.get_public(slug)
    arm = experimenting.arm(request, queries.place_of_page(public.code))
    shows = experimenting.shows(arm, otherwise=USUAL) or USUAL
    shown = (queries.find_published(shows) if shows != USUAL else None) or public
    return experimenting.note(request, _page(request, shown, place=arm.slot if arm else ""), arm)


@require_GET
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The draft, or an old version, as everybody would see it; for the team only."""
    if not request_facts.of(request).is_operator:
        raise PageNotFound
    text = request.GET.get("version", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise Http404
    found = queries.get_preview(code, number=int(text) if text else None)
    return _page(request, found, is_preview=True)


@require_POST
@login_required
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Go on the list of a page."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    found = queries.get_public(slug)
    try:
        pages.sign_up(
            code=found.code,
            person_id=facts.person_id,
            agreed=request.POST.get("agreed") == "1",
            language=facts.language,
        )
    except ConsentNeeded as error:
        return _page(request, found, trouble=http.message_of(error), status=422)
    except PageOver as error:
        messages.error(request, http.message_of(error))
    else:
        messages.success(request, gettext("You are on the list. You can leave it here at any time."))
    return HttpResponseRedirect(facts.prefix + reverse("storefront:landing", args=[slug]) + "#list")


@require_POST
@login_required
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave the list of a page."""
    facts = request_facts.of(request)
    assert facts.person_id is not None, "login_required stands in front"
    pages.leave_list(code=queries.get_public(slug).code, person_id=facts.person_id)
    messages.success(request, gettext("You are off the list."))
    return HttpResponseRedirect(facts.prefix + reverse("storefront:landing", args=[slug]) + "#list")


def _page(
    request: HttpRequest,
    found: LandingPublic,
    *,
    is_preview: bool = False,
    place: str = "",
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    facts = request_facts.of(request)
    blocks = lay_out(found, facts)
    has_list = any(one.kind == BlockKind.SIGN_UP for one in blocks)
    context: dict[str, Any] = {
        "page": found,
        "title": pick(found.title, facts.language),
        "summary": pick(found.summary, facts.language),
        "image": facts.absolute(found.picture.url) if found.picture else "",
        "blocks": blocks,
        "is_preview": is_preview,
        "place": place,
        "is_on_list": has_list and queries.has_signed_up(found.code, facts.person_id),
        "trouble": trouble,
        "share": ("landing", found.slug),
        "private": is_preview,
    }
    return render(request, "storefront/landing/page.html", context, status=status)


def lay_out(found: LandingPublic, facts: request_facts.Facts) -> tuple[Shown, ...]:
    """The blocks with what they name; a block of which everything is gone is left out."""
    named = _named(found, facts)
    shown = [_shown(block, found, named, facts) for block in found.blocks]
    kept = {BlockKind.GOODS: "goods", BlockKind.NOTES: "notes", BlockKind.TEAMS: "teams"}
    return tuple(one for one in shown if one.kind not in kept or getattr(one, kept[BlockKind(one.kind)]))


def _named(found: LandingPublic, facts: request_facts.Facts) -> Named:
    """One question per kind of thing, whatever the number of blocks."""
    ids: dict[str, set[int]] = {}
    for block in found.blocks:
        ids.setdefault(block.kind, set()).update(block.ids)
    teams: tuple[OpenTeamView, ...] = ()
    if ids.get(BlockKind.TEAMS) and not found.is_over:
        teams = play_queries.list_open_teams(viewer_id=facts.person_id, limit=TEAMS)
    wanted = ids.get(BlockKind.GOODS, set()) | ids.get(BlockKind.TEAMS, set())
    goods = catalog_queries.list_cards(sorted(wanted), language=facts.language) if wanted else {}
    note_ids = sorted(ids.get(BlockKind.NOTES, set()))
    cards = (
        note_queries.list_cards(note_ids, viewer_id=facts.person_id, language=facts.language)
        if note_ids
        else []
    )
    return Named(goods, {card.id: card for card in cards}, teams)


def _shown(block: Block, found: LandingPublic, named: Named, facts: request_facts.Facts) -> Shown:
    wanted = set(block.ids)
    teams = tuple(team for team in named.teams if team.product_id in wanted)
    ends_at, is_over = _end(block, found)
    href = block.url
    if href and facts.prefix and request_facts.PUBLIC.match(href):
        href = facts.prefix + href
    is_goods, is_notes = block.kind == BlockKind.GOODS, block.kind == BlockKind.NOTES
    return Shown(
        key=block.key,
        kind=block.kind,
        title=pick(block.title, facts.language),
        text=pick(block.text, facts.language),
        url=href,
        picture=media.view(block.picture, pick(block.title, facts.language)) if block.picture else None,
        goods=tuple(named.goods[one] for one in block.ids if one in named.goods) if is_goods else (),
        notes=tuple(named.notes[one] for one in block.ids if one in named.notes) if is_notes else (),
        teams=tuple(almost_full(teams, dict(named.goods))) if block.kind == BlockKind.TEAMS else (),
        ends_at=ends_at,
        is_over=is_over,
    )


def _end(block: Block, found: LandingPublic) -> tuple[datetime | None, bool]:
    """When what a countdown counts to really ends; an offer that is gone is over."""
    if block.kind != BlockKind.COUNTDOWN:
        return None, False
    if block.until == "page":
        return found.ends_at, found.is_over
    offer = play_queries.find_offer_for(block.until, viewer_id=None) if block.until else None
    if offer is None or offer.ends_at is None:
        return None, True
    return offer.ends_at, offer.ends_at <= clock.now()

"""Sharing: my own link for a thing, its poster, and where a friend's link leads."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard
from jishi.goods.merchants import queries as merchant_queries
from jishi.growth.merchandising import queries as landing_queries
from jishi.insight.recommendation.contracts import Act
from jishi.kernel.errors import NotFound
from jishi.kernel.text import pick
from jishi.people.accounts import queries as account_queries
from jishi.promotions.lotteries import queries as lottery_queries
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import TeamView
from jishi.social.communities import queries as community_queries
from jishi.social.notes import queries as note_queries
from jishi.social.shares import operations as shares
from jishi.social.shares import queries as share_queries
from jishi.social.shares.contracts import PosterContent, ShareKind
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats
from jishi.surfaces.storefront import picked, via


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link is about, ready to be shown: its page, its name, and for a team how many are missing."""

    url: str
    title: str
    text: str
    card: ListingCard | None
    team: TeamView | None
    picture_url: str = ""
    by: str = ""


def describe(kind: str, key: str, facts: request_facts.Facts) -> Shared:
    """Find out what a link leads to.

    :raises NotFound: the thing does not exist (any more).
    """
    if kind == ShareKind.SHOP:
        shop = merchant_queries.find_shop(key, language=facts.language)
        if shop is None:
            raise NotFound()
        return Shared(reverse("storefront:shop", args=[key]), shop.name, shop.description[:120], None, None)
    if kind == ShareKind.COMMUNITY:
        # Positioning is for everybody to read; a link never shows more than that.
        club = community_queries.find_card(key)
        if club is None:
            raise NotFound()
        return Shared(reverse("storefront:community", args=[key]), club.name, club.for_whom, None, None)
    if kind == ShareKind.LANDING:
        return _landing(key, facts)
    if kind == ShareKind.NOTE:
        return _note(key, facts)
    if kind == ShareKind.RALLY:
        return _rally(key, facts)
    if kind == ShareKind.LOTTERY:
        drawn = lottery_queries.get_lottery(key, viewer_id=facts.person_id)
        words = gettext("A draw that anybody can check")
        return Shared(reverse("storefront:lottery", args=[key]), drawn.title, words, None, None)
    team = (
        play_queries.get_team(key, viewer_id=facts.person_id, language=facts.language)
        if kind == "team"
        else None
    )
    product_id = team.product_id if team else catalog_queries.find_product_id(key)
    card = catalog_queries.list_cards([product_id] if product_id else [], language=facts.language).get(
        product_id or 0
    )
    if card is None:
        raise NotFound()
    if team:
        price = formats.money(team.price_minor, team.currency, facts.language)
        words = gettext("%(price)s together instead of %(solo)s alone. %(missing)s more needed.") % {
            "price": price,
            "solo": formats.money(team.solo_minor, team.currency, facts.language),
            "missing": team.missing,
        }
        if team.state != "open":
            words = gettext("Good things, cheaper together")
        return Shared(reverse("storefront:team", args=[key]), card.title, words, card, team)
    price = formats.money(
        card.badge["price_minor"] if card.badge else card.price_minor, card.currency, facts.language
    )
    words = gettext("Found something good: %(price)s") % {"price": price}
    return Shared(
        reverse("storefront:product", args=[f"{card.code}-{card.slug}"]), card.title, words, card, None
    )


def _landing(slug: str, facts: request_facts.Facts) -> Shared:
    found = landing_queries.get_public(slug)
    picture = found.picture.url if found.picture else ""
    title, words = pick(found.title, facts.language), pick(found.summary, facts.language)
    return Shared(reverse("storefront:landing", args=[slug]), title, words, None, None, picture_url=picture)


def _rally(code: str, facts: request_facts.Facts) -> Shared:
    found = play_queries.get_rally(code, viewer_id=facts.person_id)
    card = catalog_queries.list_cards([found.product_id], language=facts.language).get(found.product_id)
    if card is None:
        raise NotFound()
    words = gettext("%(name)s asks for your help. At most %(count)s more friends are needed.") % {
        "name": found.starter.nickname,
        "count": found.helps_left,
    }
    return Shared(reverse("storefront:rally", args=[code]), card.title, words, card, None)


def _note(code: str, facts: request_facts.Facts) -> Shared:
    found = note_queries.get_note(code, viewer_id=facts.person_id, language=facts.language)
    by = gettext("A note by %(name)s") % {"name": found.author.nickname}
    return Shared(
        reverse("storefront:note", args=[code]),
        found.title or found.excerpt or by,
        found.excerpt if found.title else by,
        None,
        None,
        picture_url=found.cover.url if found.cover else "",
        by=found.author.nickname,
    )


@require_POST
def share(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Make (or find) my link for this thing and show ways to send it."""
    facts = request_facts.of(request)
    about = describe(kind, key, facts)
    link = shares.create_link(
        sharer_id=facts.person_id,
        kind=kind,
        key=key,
        via_code=via.code_for(request, (kind, key)) or None,
        channel="web",
    )
    context = {
        "link": facts.base_url + link.url_path,
        "poster_url": reverse("storefront:poster", args=[link.code]),
        "title": about.title,
        "text": about.text,
        "kind": kind,
        "back": about.url,
    }
    template = (
        "storefront/parts/share_body.html" if request.headers.get("HX-Request") else "storefront/share.html"
    )
    return render(request, template, context)


@require_GET
def land(request: HttpRequest, code: str) -> HttpResponse:
    """Where a friend's link leads; who brought whom is remembered until an order."""
    facts = request_facts.of(request)
    target = shares.record_visit(code=code, visitor=facts.visitor, person_id=facts.person_id)
    if not target.is_own:
        via.remember(request, kind=target.kind, key=target.key, code=target.code)
    about = describe(target.kind, target.key, facts)
    if about.card is not None:
        picked.touch(request, key=about.card.product_id, act=Act.CAME)
    return HttpResponseRedirect(facts.prefix + about.url)


@require_GET
@cache_control(public=True, max_age=300)
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """The poster of a link as PNG; drawn once for each price and language."""
    facts = request_facts.of(request)
    link = share_queries.get_link(code)
    # Posters lie in shared caches: they show what nobody in particular may see.
    about = describe(link.kind, link.key, replace(facts, person_id=None))
    png = shares.render_poster(content=poster_content(link.code, link.sharer_id, about, facts))
    response = HttpResponse(png, content_type="image/png")
    response["Content-Disposition"] = 'inline; filename="jishi-poster.png"'
    return response


def poster_content(
    code: str, sharer_id: int | None, about: Shared, facts: request_facts.Facts
) -> PosterContent:
    """Every word of the poster in the reader's language."""
    card, team = about.card, about.team
    name = account_queries.get_person(sharer_id).nickname if sharer_id else ""
    price = solo = headline = validity = ""
    if team:
        price = formats.money(team.price_minor, team.currency, facts.language)
        solo = formats.money(team.solo_minor, team.currency, facts.language)
        headline = gettext("Team of %(size)s, %(missing)s more") % {
            "size": team.size,
            "missing": team.missing,
        }
        until = formats.moment(team.deadline_at, facts.language, team.deadline_at)
        validity = gettext("Scan to join, until %(until)s") % {"until": until}
    elif card:
        team_minor = card.badge["price_minor"] if card.badge else None
        price = formats.money(team_minor or card.price_minor, card.currency, facts.language)
        solo = formats.money(card.price_minor, card.currency, facts.language) if team_minor else ""
        headline = gettext("Team of %(size)s") % {"size": card.badge["size"]} if card.badge else ""
        validity = gettext("Scan to have a look")
    elif about.by:
        validity = gettext("Scan to have a look")
    return PosterContent(
        share_code=code,
        url=f"{facts.base_url}/r/{code}",
        language=facts.language,
        version="|".join((price, solo, headline, validity, name, about.title)),
        title=about.title,
        price=price,
        solo_price=solo,
        headline=headline,
        validity=validity,
        sharer_name=name,
        shop_name=card.shop_name if card else about.by,
        image=picture_bytes(card.image_url if card else about.picture_url),
    )


def picture_bytes(url: str) -> bytes:
    """The thing's picture from our own storage; none where it lies elsewhere or is gone."""
    if not url:
        return b""
    base = urlsplit(default_storage.url("")).path
    path = urlsplit(url).path
    if not path.startswith(base):
        return b""
    try:
        with default_storage.open(path[len(base) :]) as file:
            data: bytes = file.read()
    except OSError:
        return b""
    return data

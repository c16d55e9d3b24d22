"""Teams and share links: buying together, and who brought whom."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jishi.goods.catalog import queries as catalog
from jishi.goods.catalog.errors import ProductUnknown
from jishi.kernel import clock
from jishi.promotions.plays import queries as plays
from jishi.promotions.plays.contracts import TeamView
from jishi.social.shares import operations as shares
from jishi.social.shares import queries as share_queries
from jishi.social.shares.contracts import ShareView
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import people as shapes
from jishi.surfaces.shell import phrases

router = Router(tags=["teams"])


@router.get("/teams/{code}", response=shapes.Team, auth=auth.optional)
def get_team(request: HttpRequest, code: str) -> HttpResponse:
    """A team as the caller sees it; ``actions`` are what the caller may do now."""
    language = answers.language(request)
    view = plays.get_team(code, viewer_id=request.person_id, language=language)  # type: ignore[attr-defined]
    return answers.reply(_team(view, language))


@router.get("/products/{code}/teams", response=shapes.OpenTeams, auth=auth.optional)
def list_open_teams(request: HttpRequest, code: str, limit: int = Query(20, ge=1, le=60)) -> HttpResponse:
    """Teams of a product that can be joined."""
    product_id = catalog.find_product_id(code)
    if product_id is None:
        raise ProductUnknown
    rows = plays.list_open_teams(
        product_id=product_id,
        viewer_id=request.person_id,  # type: ignore[attr-defined]
        limit=limit,
    )
    items = [
        shapes.OpenTeam(
            row.code,
            row.offer_code,
            shapes.person(row.leader),
            row.size,
            row.missing,
            row.deadline_at,
            row.joined,
        )
        for row in rows
    ]
    return answers.reply(shapes.OpenTeams(items, clock.now()))


@router.post("/shares", response={201: shapes.Share})
def create_share(request: HttpRequest, body: shapes.ShareIn) -> HttpResponse:
    """My own link to something; ``via_code`` keeps the chain. The same wish gives the same link."""
    view = shares.create_link(
        sharer_id=answers.person(request),
        kind=body.kind,
        key=body.key,
        via_code=body.via_code or None,
        channel=body.channel,
    )
    return answers.reply(_share(view), status=201)


@router.get("/shares/funnel", response=shapes.ShareFunnel)
def get_funnel(request: HttpRequest) -> HttpResponse:
    """What my links led to."""
    view = share_queries.funnel(answers.person(request))
    return answers.reply(
        shapes.ShareFunnel(view.links, view.visitors, view.reshared, view.orders, dict(view.amounts_minor))
    )


@router.post("/shares/{code}/visits", response=shapes.ShareVisit, auth=auth.optional)
def record_visit(request: HttpRequest, code: str) -> HttpResponse:
    """Say that a link was opened; a visitor counts once."""
    target = shares.record_visit(
        code=code,
        visitor=request.visitor,  # type: ignore[attr-defined]
        person_id=request.person_id,  # type: ignore[attr-defined]
    )
    sharer = shapes.person(target.sharer) if target.sharer else None
    return answers.reply(shapes.ShareVisit(target.kind, target.key, sharer))


def _share(view: ShareView) -> shapes.Share:
    return shapes.Share(
        code=view.code,
        kind=view.kind,
        key=view.key,
        url=f"{settings.JISHI_BASE_URL}{view.url_path}",
        poster_url=f"{settings.JISHI_BASE_URL}/poster/{view.code}.png",
        depth=view.depth,
    )


def _team(view: TeamView, language: str) -> shapes.Team:
    members = [
        shapes.Member(
            shapes.person(member.person) if member.person else None,
            member.is_leader,
            member.state,
            member.is_house,
        )
        for member in view.members
    ]
    refund = view.refund
    return shapes.Team(
        code=view.code,
        offer_code=view.offer_code,
        mechanic=view.mechanic,
        product_code=catalog.get_product(view.product_id, language=language).code,
        size=view.size,
        state=view.state,
        screen=view.screen,
        viewer_state=view.viewer_state,
        actions=view.actions,
        missing=view.missing,
        held=view.held,
        taken=view.taken,
        deadline_at=view.deadline_at,
        formed_at=view.formed_at,
        held_until=view.held_until,
        currency=view.currency,
        price_minor=view.price_minor,
        solo_minor=view.solo_minor,
        members=members,
        order_code=view.order_code,
        refund=shapes.TeamRefund(refund.amount_minor, refund.currency, refund.state, refund.at)
        if refund
        else None,
        moved_to=view.moved_to,
        terms=[phrases.say(term.message, term.params, language) for term in view.terms],
        server_time=clock.now(),
        reserved_until=view.reserved_until,
        join_path=f"/lane/teams/{view.code}/join" if view.few_left and "join" in view.actions else "",
    )

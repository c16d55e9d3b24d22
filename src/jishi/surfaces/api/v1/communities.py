"""Communities and their events. What somebody may read is decided by `get_community` with the viewer."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import CommunityView
from jishi.social.communities.errors import MembersOnly
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import people as people_shapes
from jishi.surfaces.api.v1.schemas import social as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes

router = Router(tags=["communities"])


@router.get("/communities", response=shapes.Communities, auth=auth.optional)
def discover(
    request: HttpRequest, q: str = Query("", max_length=60), cursor: str | None = None
) -> HttpResponse:
    """Communities to join; those one enters by invitation only when they are searched for."""
    page = queries.page_discover(viewer_id=_viewer(request), text=q, cursor=cursor)
    return answers.reply(shapes.Communities([shapes.community(one) for one in page.items], page.next_cursor))


@router.get("/me/communities", response=shapes.Communities)
def list_mine(request: HttpRequest) -> HttpResponse:
    """Those I belong to or applied to, the ones I run first."""
    mine = queries.list_of_person(answers.person(request))
    return answers.reply(shapes.Communities([shapes.community(one) for one in mine], None))


@router.get("/communities/{slug}", response=shapes.CommunityPage, auth=auth.optional)
def get_community(request: HttpRequest, slug: str) -> HttpResponse:
    """A community with its rules and questions, and where I stand in it."""
    return answers.reply(shapes.community_page(_read(request, slug)))


@router.get("/communities/{slug}/posts", response=shapes.CommunityPosts, auth=auth.optional)
def list_posts(
    request: HttpRequest,
    slug: str,
    channel: str = Query("", max_length=40),
    pinned: bool = False,
    cursor: str | None = None,
) -> HttpResponse:
    """Where notes stand in a community; a members-only one opens them to members."""
    page = queries.page_posts(_content(request, slug), channel=channel, pinned=pinned, cursor=cursor)
    items = [
        shapes.CommunityPost(one.note_code, one.channel, one.is_pinned, one.posted_at) for one in page.items
    ]
    return answers.reply(shapes.CommunityPosts(items, page.next_cursor))


@router.get("/communities/{slug}/members", response=shapes.CommunityMembers, auth=auth.optional)
def list_members(
    request: HttpRequest, slug: str, q: str = Query("", max_length=30), cursor: str | None = None
) -> HttpResponse:
    """Who belongs to a community."""
    page = queries.page_members(_content(request, slug).id, text=q, cursor=cursor)
    items = [
        shapes.CommunityMember(people_shapes.person(one.person), one.role, one.joined_at)
        for one in page.items
    ]
    return answers.reply(shapes.CommunityMembers(items, page.next_cursor))


@router.post("/communities/{slug}/join", response=shapes.Joined)
def join(request: HttpRequest, slug: str, body: shapes.JoinIn) -> HttpResponse:
    """Join, or apply where moderators read answers; being a member already changes nothing."""
    state = communities.join(
        person_id=answers.person(request),
        slug=slug,
        rules_version=body.rules_version,
        answers=body.answers,
        invitation=body.invitation,
    )
    return answers.reply(shapes.Joined(state))


@router.post("/communities/{slug}/leave", response=shapes.CommunityPage)
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave, or take my application back."""
    communities.leave(person_id=answers.person(request), slug=slug)
    return answers.reply(shapes.community_page(_read(request, slug)))


@router.post("/communities/{slug}/invitations", response={201: shapes.CommunityInvitation})
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link that lets people in. Needs an Idempotency-Key."""
    person_id = answers.person(request)
    return answers.once(
        request, {}, lambda: shapes.CommunityInvitation(communities.invite(person_id=person_id, slug=slug))
    )


@router.get("/communities/{slug}/events", response=shapes.Events, auth=auth.optional)
def list_events(request: HttpRequest, slug: str, past: bool = False) -> HttpResponse:
    """Events that lie ahead, or those that are over."""
    _content(request, slug)
    events = queries.list_events(slug, viewer_id=_viewer(request), past=past)
    return answers.reply(shapes.Events([shapes.event(one) for one in events]))


@router.get("/communities/{slug}/events/{code}", response=shapes.Event, auth=auth.optional)
def get_event(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One event."""
    return answers.reply(shapes.event(queries.get_event(slug, code, viewer_id=_viewer(request))))


@router.post("/communities/{slug}/events/{code}/place", response=shapes.Event)
def sign_up(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Take a place, or one in the line; repeating it changes nothing."""
    communities.sign_up(person_id=answers.person(request), slug=slug, code=code)
    return get_event(request, slug, code)


@router.delete("/communities/{slug}/events/{code}/place", response=trade_shapes.Done)
def cancel_signup(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Give my place up; the first in the line gets it."""
    communities.cancel_signup(person_id=answers.person(request), slug=slug, code=code)
    return answers.reply(trade_shapes.Done())


@router.post("/communities/{slug}/events/{code}/door", response=shapes.Event)
def sign_in(request: HttpRequest, slug: str, code: str, body: shapes.DoorIn) -> HttpResponse:
    """Say at the door that I am there."""
    communities.sign_in(person_id=answers.person(request), slug=slug, code=code, typed=body.code)
    return get_event(request, slug, code)


def _read(request: HttpRequest, slug: str) -> CommunityView:
    return queries.get_community(slug, viewer_id=_viewer(request))


def _content(request: HttpRequest, slug: str) -> CommunityView:
    """The community, if what was written in it is open to the caller.

    :raises MembersOnly: it is not.
    """
    found = _read(request, slug)
    if not found.can_see_content:
        raise MembersOnly(slug=slug)
    return found


def _viewer(request: HttpRequest) -> int | None:
    """The caller, or nobody; behind `auth.optional`."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    return viewer

"""Who knows whom, and what people decide about their data. The query with the viewer is the authorisation."""

from collections.abc import Callable
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import PersonCard
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.privacy import operations as privacy
from jishi.people.privacy import queries as choices
from jishi.social.graph import operations as graph
from jishi.social.graph import queries
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import social as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes
from jishi.surfaces.shell import phrases

router = Router(tags=["social"])

Verb = Literal["follow", "unfollow", "block", "unblock", "mute", "unmute"]
VERBS: dict[str, Callable[..., Any]] = {
    "follow": graph.follow,
    "unfollow": graph.unfollow,
    "block": graph.block,
    "unblock": graph.unblock,
    "mute": graph.mute,
    "unmute": graph.unmute,
}
Answer = Literal["accept", "decline", "remove"]
ANSWERS: dict[str, Callable[..., Any]] = {
    "accept": graph.accept,
    "decline": graph.decline,
    "remove": graph.remove_follower,
}
List = Literal["friends", "requests", "blocked", "muted"]
LISTS: dict[str, Callable[..., Any]] = {
    "friends": queries.page_friends,
    "requests": queries.page_requests,
    "blocked": queries.page_blocked,
    "muted": queries.page_muted,
}


@router.get("/people/{code}", response=shapes.PersonPage, auth=auth.optional)
def get_person(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody's page as the caller may see it."""
    return answers.reply(shapes.page(queries.get_profile(code, viewer_id=_viewer(request))))


@router.get("/people/{code}/followers", response=shapes.People, auth=auth.optional)
def list_followers(request: HttpRequest, code: str, cursor: str | None = None) -> HttpResponse:
    """Who follows somebody."""
    page = queries.page_followers(_find(code).id, viewer_id=_viewer(request), cursor=cursor)
    return answers.reply(shapes.People([shapes.line(one) for one in page.items], page.next_cursor))


@router.get("/people/{code}/following", response=shapes.People, auth=auth.optional)
def list_following(request: HttpRequest, code: str, cursor: str | None = None) -> HttpResponse:
    """Whom somebody follows."""
    page = queries.page_following(_find(code).id, viewer_id=_viewer(request), cursor=cursor)
    return answers.reply(shapes.People([shapes.line(one) for one in page.items], page.next_cursor))


@router.put("/people/{code}/remark", response=shapes.Relation)
def remark(request: HttpRequest, code: str, body: shapes.RemarkIn) -> HttpResponse:
    """Give somebody a name that only I see; an empty one takes it away."""
    person_id, other = answers.person(request), _find(code)
    graph.remark(person_id=person_id, about_id=other.id, name=body.name)
    return answers.reply(shapes.relation(queries.relation(person_id, other.id)))


@router.post("/people/{code}/{verb}", response=shapes.Relation)
def act(request: HttpRequest, code: str, verb: Verb) -> HttpResponse:
    """Follow, block or mute somebody, or take it back; saying it again changes nothing."""
    person_id, other = answers.person(request), _find(code)
    VERBS[verb](person_id=person_id, other_id=other.id)
    return answers.reply(shapes.relation(queries.relation(person_id, other.id)))


@router.get("/me/page", response=shapes.PersonPage)
def get_my_page(request: HttpRequest) -> HttpResponse:
    """My own page."""
    person_id = answers.person(request)
    return answers.reply(shapes.page(queries.get_profile_of(person_id, viewer_id=person_id)))


@router.patch("/me/page", response=shapes.PersonPage)
def change_my_page(request: HttpRequest, body: shapes.PageIn) -> HttpResponse:
    """Change what others read about me and who may."""
    person_id = answers.person(request)
    graph.edit_profile(person_id=person_id, **body.dict(exclude_unset=True))
    return answers.reply(shapes.page(queries.get_profile_of(person_id, viewer_id=person_id)))


@router.get("/me/people/{which}", response=shapes.People)
def list_my_people(request: HttpRequest, which: List, cursor: str | None = None) -> HttpResponse:
    """My friends, who asks to follow me, whom I blocked, or whom I muted."""
    page = LISTS[which](answers.person(request), cursor=cursor)
    return answers.reply(shapes.People([shapes.line(one) for one in page.items], page.next_cursor))


@router.post("/me/followers/{code}/{answer}", response=shapes.Relation)
def answer_follower(request: HttpRequest, code: str, answer: Answer) -> HttpResponse:
    """Let somebody follow me who asked to, refuse them, or take a follower away."""
    person_id, other = answers.person(request), _find(code)
    ANSWERS[answer](person_id=person_id, follower_id=other.id)
    return answers.reply(shapes.relation(queries.relation(person_id, other.id)))


@router.post("/me/invitation", response=shapes.Invitation)
def invite(request: HttpRequest) -> HttpResponse:
    """My invitation link; the same one as long as half its time is left."""
    return answers.reply(shapes.invitation(graph.create_invitation(person_id=answers.person(request))))


@router.get("/invitations/{code}", response=shapes.Invitation, auth=auth.optional)
def get_invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Who invites, and whether it still holds."""
    return answers.reply(shapes.invitation(queries.get_invitation(code, viewer_id=_viewer(request))))


@router.post("/invitations/{code}/accept", response=shapes.Relation)
def accept_invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Become friends with whoever invited me; again changes nothing."""
    person_id = answers.person(request)
    inviter = graph.accept_invitation(person_id=person_id, code=code)
    return answers.reply(shapes.relation(queries.relation(person_id, inviter.id)))


@router.get("/me/consents", response=shapes.Consents)
def list_consents(request: HttpRequest) -> HttpResponse:
    """What my data may be used for."""
    views = choices.consents(answers.person(request)).values()
    return answers.reply(shapes.Consents([shapes.consent(view) for view in views]))


@router.put("/me/consents/{purpose}", response=shapes.Consents)
def decide_consent(request: HttpRequest, purpose: str, body: shapes.ConsentIn) -> HttpResponse:
    """Agree to a purpose, or take it back; saying the same again adds nothing."""
    verb = privacy.give if body.given else privacy.withdraw
    verb(person_id=answers.person(request), purpose=purpose, source="api")
    return list_consents(request)


@router.get("/me/export", response=shapes.Export)
def export(request: HttpRequest) -> HttpResponse:
    """Everything that is held about me."""
    held = choices.export_person(person_id=answers.person(request))
    response = answers.reply(shapes.Export(held["exported_at"], held["person"]))
    response["Cache-Control"] = "no-store"
    return response


@router.get("/me/deletion", response=shapes.Deletion)
def get_deletion(request: HttpRequest) -> HttpResponse:
    """Whether my account is on its way out, and what has to end first."""
    return answers.reply(_deletion(request))


@router.post("/me/deletion/code", response=trade_shapes.Done)
def send_deletion_code(request: HttpRequest) -> HttpResponse:
    """Have the code sent that confirms a deletion."""
    privacy.send_code(person_id=answers.person(request))
    return answers.reply(trade_shapes.Done())


@router.post("/me/deletion", response=shapes.Deletion)
def request_deletion(request: HttpRequest, body: shapes.DeletionIn) -> HttpResponse:
    """Set the day on which my account goes; asking again does not move it."""
    privacy.request_deletion(person_id=answers.person(request), password=body.password, code=body.code)
    return answers.reply(_deletion(request))


@router.delete("/me/deletion", response=shapes.Deletion)
def cancel_deletion(request: HttpRequest) -> HttpResponse:
    """Keep my account after all."""
    privacy.cancel_deletion(person_id=answers.person(request))
    return answers.reply(_deletion(request))


def _deletion(request: HttpRequest) -> shapes.Deletion:
    person_id, language = answers.person(request), answers.language(request)
    obstacles = [
        shapes.Obstacle(one.code, phrases.say(one.message, one.params, language), one.url)
        for one in choices.list_obstacles(person_id)
    ]
    return shapes.deletion(choices.find_deletion(person_id), obstacles)


def _find(code: str) -> PersonCard:
    found = accounts.find_person_by_code(code)
    if found is None:
        raise PersonNotFound
    return found


def _viewer(request: HttpRequest) -> int | None:
    """The caller, or nobody; behind `auth.optional`."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    return viewer

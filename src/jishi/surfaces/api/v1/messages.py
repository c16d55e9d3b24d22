"""Conversations, streams and news. The query with the viewer is the authorisation: others' do not exist."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.goods.merchants import queries as merchants
from jishi.goods.merchants.errors import ShopUnknown
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.notifications import operations as notifications
from jishi.people.notifications import queries as notices
from jishi.social.messaging import operations as messaging
from jishi.social.messaging import queries as talks
from jishi.social.messaging.contracts import Card, Draft
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import messages as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes

router = Router(tags=["messages"])


@router.get("/talks", response=shapes.Talks)
def list_talks(request: HttpRequest, folder: str = "all", cursor: str | None = None) -> HttpResponse:
    """My conversations: `all`, `requests` or `shops`."""
    page = talks.page_conversations(person_id=answers.person(request), folder=folder, cursor=cursor)
    return answers.reply(shapes.Talks([shapes.talk(view) for view in page.items], page.next_cursor))


@router.post("/talks", response={201: shapes.Talk})
def open_talk(request: HttpRequest, body: shapes.TalkIn) -> HttpResponse:
    """The conversation with a person or a shop, made when it is first asked for."""
    person_id = answers.person(request)
    if body.shop is not None:
        shop = merchants.find_shop(body.shop)
        if shop is None:
            raise ShopUnknown
        code = messaging.open_shop(person_id=person_id, shop_id=shop.id)
    else:
        other = people.find_person_by_code(body.person or "")
        if other is None:
            raise PersonNotFound
        code = messaging.open_direct(person_id=person_id, other_id=other.id)
    return answers.reply(shapes.talk(talks.get_conversation(code, viewer_id=person_id)), 201)


@router.post("/talks/groups", response={201: shapes.Talk})
def create_group(request: HttpRequest, body: shapes.GroupIn) -> HttpResponse:
    """A group of friends. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Talk:
        found = [people.find_person_by_code(code) for code in body.members]
        ids = [one.id for one in found if one is not None]
        code = messaging.create_group(owner_id=person_id, title=body.title, member_ids=ids)
        return shapes.talk(talks.get_conversation(code, viewer_id=person_id))

    return answers.once(request, body.dict(), effect)


@router.get("/talks/{code}", response=shapes.Talk)
def get_talk(request: HttpRequest, code: str) -> HttpResponse:
    """One conversation of mine."""
    return answers.reply(shapes.talk(talks.get_conversation(code, viewer_id=answers.person(request))))


@router.get("/talks/{code}/messages", response=shapes.Messages)
def list_messages(
    request: HttpRequest, code: str, before: int | None = None, after: int | None = None, limit: int = 30
) -> HttpResponse:
    """The newest lines, those before a number, or those after one, in order."""
    lines = talks.list_messages(
        code, viewer_id=answers.person(request), before=before, after=after, limit=limit
    )
    return answers.reply(shapes.Messages([shapes.message(line) for line in lines]))


@router.post("/talks/{code}/messages", response={201: shapes.Sent})
def send_message(request: HttpRequest, code: str, body: shapes.MessageIn) -> HttpResponse:
    """Send a line. Needs an Idempotency-Key; the same key is the same line, however often it is sent."""
    person_id = answers.person(request)
    card = Card(body.card.kind, body.card.code) if body.card else None

    def effect() -> shapes.Sent:
        draft = Draft(text=body.text, card=card)
        sent = messaging.send(sender_id=person_id, conversation_code=code, draft=draft)
        return shapes.Sent(sent.no, sent.code)

    return answers.once(request, body.dict(), effect)


@router.post("/talks/{code}/messages/{message}/recall", response=trade_shapes.Done)
def recall_message(request: HttpRequest, code: str, message: str) -> HttpResponse:
    """Take back a line of mine within two minutes."""
    person_id = answers.person(request)
    talks.get_conversation(code, viewer_id=person_id)
    messaging.recall(person_id=person_id, message_code=message)
    return answers.reply(trade_shapes.Done())


@router.post("/talks/{code}/read", response=trade_shapes.Done)
def read(request: HttpRequest, code: str, body: shapes.ReadIn) -> HttpResponse:
    """Say up to which line I have read."""
    messaging.mark_read(person_id=answers.person(request), conversation_code=code, no=body.no)
    return answers.reply(trade_shapes.Done())


@router.post("/lane-pass", response=shapes.LanePass)
def lane_pass(request: HttpRequest) -> HttpResponse:
    """A pass for the live streams."""
    token = accounts.issue_lane_token(person_id=answers.person(request))
    return answers.reply(shapes.LanePass(token, accounts.LANE_TTL_S))


@router.get("/notices", response=shapes.Notices)
def list_notices(request: HttpRequest) -> HttpResponse:
    """What I was told, the latest first."""
    person_id = answers.person(request)
    items = [
        shapes.notice(view, notices.worded(view.kind, view.params, view.others))
        for view in notices.list_notices(person_id=person_id)
    ]
    unread = notices.count_unread(person_id=person_id)
    return answers.reply(shapes.Notices(items, unread, talks.count_unread(person_id)))


@router.post("/notices/read", response=trade_shapes.Done)
def read_notices(request: HttpRequest) -> HttpResponse:
    """Say that I have seen my news."""
    notifications.mark_read(person_id=answers.person(request))
    return answers.reply(trade_shapes.Done())


@router.get("/notification-choices", response=shapes.Reach)
def get_choices(request: HttpRequest) -> HttpResponse:
    """What reaches me."""
    return answers.reply(shapes.reach(notices.get_reach(answers.person(request))))


@router.put("/notification-choices", response=shapes.Reach)
def choose(request: HttpRequest, body: shapes.ChoicesIn) -> HttpResponse:
    """Choose what reaches me."""
    person_id = answers.person(request)
    modes: dict[tuple[str, str], str] = {(one.topic, one.channel): one.mode for one in body.choices}
    notifications.choose(person_id=person_id, modes=modes)
    return answers.reply(shapes.reach(notices.get_reach(person_id)))

"""The shop's shared inbox: everybody who works here reads and answers the same conversations."""

from uuid import uuid4

from django.contrib import messages as messages_of
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.growth.listening import operations as listening
from jishi.kernel.errors import DomainError
from jishi.social.messaging import operations as messaging
from jishi.social.messaging import queries as talks
from jishi.social.messaging.contracts import ConversationView
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals
from jishi.surfaces.shell import talk as shown
from jishi.trade.orders import queries as orders
from jishi.trade.orders.contracts import OrderView

FOLDERS = ("open", "mine", "all")
ORDERS_SHOWN = 8


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Conversations of the shop: those that wait, mine, all."""
    folder = request.GET.get("folder", "all")
    folder = folder if folder in FOLDERS else "all"
    page = talks.page_inbox(
        shop_id=desk.shop.id,
        staff_id=desk.person_id,
        only_open=folder == "open",
        only_mine=folder == "mine",
        cursor=request.GET.get("cursor") or None,
    )
    context = {
        "page": page,
        "folder": folder,
        "waiting": talks.count_waiting(desk.shop.id),
        "replies": talks.list_replies(shop_id=desk.shop.id, staff_id=desk.person_id),
    }
    return render(request, "merchant/messages.html", context)


@staff
@require_GET
def talk(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """One conversation, with the customer's orders beside it."""
    context = shown.context(request, code, viewer_id=desk.person_id)
    check(desk, context["talk"])
    context |= {
        "key": uuid4().hex,
        "replies": talks.list_replies(shop_id=desk.shop.id, staff_id=desk.person_id),
        "bought": _bought(desk, context["talk"]),
    }
    return render(request, "merchant/talk.html", context)


@staff
@require_GET
def new(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """What came after a number, as a fragment for the open page."""
    own_talk(desk, code)
    context = shown.fresh(request, code, viewer_id=desk.person_id)
    return render(request, "shell/talk/lines.html", context)


@staff
@require_POST
def send(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Answer as the shop."""
    own_talk(desk, code)
    try:
        shown.send(request, code, sender_id=desk.person_id)
    except DomainError as error:
        if request.headers.get("HX-Request"):
            return refusals.fragment(error)
        refusals.tell(request, error)
    else:
        if request.headers.get("HX-Request"):
            context = shown.fresh(request, code, viewer_id=desk.person_id)
            return render(request, "shell/talk/lines.html", context)
    return HttpResponseRedirect(reverse("merchant:talk", args=[code]) + "#end")


@staff
@require_POST
def take(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Look after a customer, or leave them to the others."""
    own_talk(desk, code)
    to_id = desk.person_id if request.POST.get("take") else None
    messaging.assign(staff_id=desk.person_id, conversation_code=code, to_id=to_id)
    return HttpResponseRedirect(reverse("merchant:talk", args=[code]))


@staff
@require_POST
def complaint(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Mark a shopper's line as a complaint: it comes into the house's feedback inbox, once."""
    own_talk(desk, code)
    text = request.POST.get("no", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else 0
    lines = talks.list_messages(code, viewer_id=desk.person_id, after=number - 1, limit=1)
    line = next((one for one in lines if one.no == number and not one.from_shop), None)
    if line is None or line.sender is None or line.is_recalled or line.is_hidden:
        raise Http404
    try:
        listening.take_line(
            message_code=line.code, person_id=line.sender.id, text=line.text, by=desk.person_id
        )
        messages_of.success(request, gettext("Passed on. The house answers the shopper in their feedback."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:talk", args=[code]) + f"#m{number}")


@staff
@require_POST
def reply(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep or drop a saved text."""
    drop = request.POST.get("drop", "")
    try:
        if drop.isdigit() and len(drop) < 19:
            messaging.forget_reply(staff_id=desk.person_id, shop_id=desk.shop.id, reply_id=int(drop))
        else:
            text = request.POST.get("text", "")
            messaging.save_reply(staff_id=desk.person_id, shop_id=desk.shop.id, text=text)
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:messages"))


def own_talk(desk: Desk, code: str) -> ConversationView:
    """A conversation of this desk's shop, from the shop's side.

    :raises Http404: it is another shop's, or private.
    """
    found = talks.get_conversation(code, viewer_id=desk.person_id)
    check(desk, found)
    return found


def check(desk: Desk, found: ConversationView) -> None:
    """Return quietly if a conversation is read from this desk's side.

    :raises Http404: it is another shop's, or the reader's own.
    """
    if not found.is_staff_side or found.shop_id is None:
        raise Http404
    desk.own(found.shop_id)


def _bought(desk: Desk, found: ConversationView) -> list[OrderView]:
    """The customer's latest orders in this shop."""
    if found.other is None:
        return []
    page = orders.page_orders(buyer_id=found.other.id, shop_id=desk.shop.id, limit=ORDERS_SHOWN)
    return list(page.items)

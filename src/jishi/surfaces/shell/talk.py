"""A conversation as pages show it: lines with their cards, rendered once for shoppers and for the shop.

A card is looked up with the reader's own rights; what they may not see, or what is gone, is shown as gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from jishi.goods.catalog import queries as catalog
from jishi.goods.merchants import queries as merchants
from jishi.goods.merchants.contracts import ShopView
from jishi.kernel import media
from jishi.kernel.errors import DomainError
from jishi.kernel.pictures import PictureView
from jishi.people.accounts.contracts import PersonCard
from jishi.promotions.plays import queries as plays
from jishi.social.communities import queries as communities
from jishi.social.graph import queries as graph
from jishi.social.messaging import operations as messaging
from jishi.social.messaging import queries as talks
from jishi.social.messaging.contracts import Card, ConversationView, Draft, MemberView, MessageView, Sent
from jishi.social.notes import queries as notes
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats
from jishi.trade.orders import queries as orders

PAGE = 30
KEY_MOST = 80


@dataclass(frozen=True, slots=True)
class CardView:
    """A thing in a conversation, in one line; `url` is empty when it is gone."""

    kind: str
    title: str
    line: str = ""
    image_url: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what belongs to it."""

    message: MessageView
    card: CardView | None
    picture: PictureView | None
    name: str
    by: str
    who: str


def context(request: HttpRequest, code: str, *, viewer_id: int) -> dict[str, Any]:
    """What the page of a conversation needs; opening it reads it."""
    before = _number(request.GET.get("before"))
    opened = talks.open_talk(code, viewer_id=viewer_id, before=before, limit=PAGE)
    found, messages = opened.conversation, opened.lines
    if before is None:
        _read(found, viewer_id)
    shop = shop_of(request, found)
    older = messages[0].no if messages and messages[0].no > found.since_no + 1 else None
    names = names_of(found, opened.members, messages, viewer_id)
    return {
        "talk": found,
        "members": opened.members,
        "names": names,
        "lines": lines_of(request, messages, viewer_id, shop.name if shop else "", names),
        "older": older if len(messages) == PAGE else None,
        "is_history": before is not None,
        "shop": shop,
    }


def fresh(request: HttpRequest, code: str, *, viewer_id: int) -> dict[str, Any]:
    """What came after the number in the address: new lines, and earlier ones that changed."""
    after = _number(request.GET.get("after") or request.POST.get("after")) or 0
    opened = talks.open_talk(code, viewer_id=viewer_id, after=after, limit=200)
    _read(opened.conversation, viewer_id)
    shop = shop_of(request, opened.conversation)
    names = names_of(opened.conversation, opened.members, opened.lines, viewer_id)
    lines = lines_of(request, opened.lines, viewer_id, shop.name if shop else "", names)
    return {"talk": opened.conversation, "lines": lines, "names": names}


def names_of(
    found: ConversationView, members: Sequence[MemberView], messages: Sequence[MessageView], viewer_id: int
) -> dict[int, str]:
    """What the viewer calls the people of a conversation, where they have a name of their own for them."""
    if found.shop_id is not None:
        return {}
    people = [found.other, *(one.person for one in members)]
    people += [one for message in messages for one in (message.sender, message.subject)]
    return graph.list_remarks(viewer_id, {one.id for one in people if one is not None} - {viewer_id})


def shop_of(request: HttpRequest, found: ConversationView) -> ShopView | None:
    """The shop on the far side, for a shopper; staff know where they work."""
    if found.shop_id is None or found.is_staff_side:
        return None
    return merchants.get_shop(found.shop_id, language=request_facts.of(request).language)


def _read(found: ConversationView, viewer_id: int) -> None:
    if found.read_no < found.last_no:
        messaging.mark_read(person_id=viewer_id, conversation_code=found.code, no=found.last_no)


def lines_of(
    request: HttpRequest,
    messages: Sequence[MessageView],
    viewer_id: int,
    shop_name: str,
    names: Mapping[int, str],
) -> list[Line]:
    """Lines with their cards and pictures; each thing is looked up once."""
    language = request_facts.of(request).language
    known: dict[Card, CardView] = {}
    lines = []
    for message in messages:
        if message.card is not None and message.card not in known:
            known[message.card] = card_view(message.card, viewer_id=viewer_id, language=language)
        card = known[message.card] if message.card is not None else None
        picture = media.view(message.picture) if message.picture else None
        name = shop_name if message.from_shop and shop_name else ""
        by, who = _called(message.sender, names), _called(message.subject, names)
        lines.append(Line(message, card, picture, name or by, by, who))
    return lines


def keep_unread(request: HttpRequest, count: int) -> None:
    """Remember how much is unread, so that every page can say it before its script has asked."""
    if request.session.get("unread_count", 0) != count:
        request.session["unread_count"] = count


def _called(person: PersonCard | None, names: Mapping[int, str]) -> str:
    return "" if person is None else names.get(person.id) or person.nickname


def card_view(card: Card, *, viewer_id: int, language: str) -> CardView:
    """A card as this reader may see it."""
    gone = CardView(card.kind, gettext("This is no longer there."))
    try:
        return LOOKS[card.kind](card.code, viewer_id, language) or gone
    except DomainError:
        return gone


def _product(code: str, viewer_id: int, language: str) -> CardView | None:
    del viewer_id
    product_id = catalog.find_product_id(code)
    card = catalog.list_cards([product_id], language=language).get(product_id) if product_id else None
    if card is None:
        return None
    price = formats.money(card.price_minor, card.currency, language)
    return CardView("product", card.title, price, card.image_url, reverse("storefront:product", args=[code]))


def _order(code: str, viewer_id: int, language: str) -> CardView | None:
    found = orders.get_order(code, viewer_id=viewer_id)
    side = "merchant:order" if found.viewer == "staff" else "storefront:order"
    first = found.lines[0]
    amount = formats.money(found.total_minor, found.currency, language)
    return CardView("order", first.title, f"{code} · {amount}", first.image_url, reverse(side, args=[code]))


def _note(code: str, viewer_id: int, language: str) -> CardView | None:
    found = notes.get_note(code, viewer_id=viewer_id, language=language)
    return CardView("note", found.title or found.text[:40], found.author.nickname, "", f"/notes/{code}/")


def _community(slug: str, viewer_id: int, language: str) -> CardView | None:
    del viewer_id, language
    found = communities.find_card(slug)
    return None if found is None else CardView("community", found.name, "", "", f"/k/{slug}/")


def _team(code: str, viewer_id: int, language: str) -> CardView | None:
    team = plays.get_team(code, viewer_id=viewer_id, language=language)
    card = catalog.list_cards([team.product_id], language=language).get(team.product_id)
    title = card.title if card else ""
    line = f"{formats.money(team.price_minor, team.currency, language)} · {team.taken}/{team.size}"
    return CardView(
        "team", title, line, card.image_url if card else "", reverse("storefront:team", args=[code])
    )


LOOKS = {"product": _product, "order": _order, "note": _note, "community": _community, "team": _team}


def send(request: HttpRequest, code: str, *, sender_id: int) -> Sent:
    """Send what the composer holds. The picture is stored before anything is locked."""
    upload = request.FILES.get("picture")
    text = request.POST.get("text", "")
    card = _card(request.POST.get("card", "")) or _own_address(request, text)
    draft = Draft(text=text)
    if card is not None:
        draft = Draft(card=card)
    elif upload is not None and not text.strip():
        talks.get_conversation(code, viewer_id=sender_id)
        draft = Draft(picture=media.as_json(media.store(upload.read(), folder="chat")))
    key = request.POST.get("key", "")[:KEY_MOST] or None
    sent = messaging.send(sender_id=sender_id, conversation_code=code, draft=draft, key=key)
    if upload is not None and text.strip() and card is None:
        picture = Draft(picture=media.as_json(media.store(upload.read(), folder="chat")))
        second = f"{key}:2" if key else None
        sent = messaging.send(sender_id=sender_id, conversation_code=code, draft=picture, key=second)
    return sent


def _card(value: str) -> Card | None:
    kind, _, code = value.partition(":")
    return Card(kind, code) if kind in LOOKS and code else None


PREFIXES = {"p": "product", "orders": "order", "notes": "note", "k": "community", "g": "team"}


def _own_address(request: HttpRequest, text: str) -> Card | None:
    """A text that is nothing but an address of ours becomes the card of what is there."""
    base = request_facts.of(request).base_url
    bare = text.strip().removeprefix(base).removeprefix("/en")
    if not bare.startswith("/") or any(char.isspace() for char in bare):
        return None
    parts = bare.partition("?")[0].strip("/").split("/")
    kind = PREFIXES.get(parts[0]) if len(parts) == 2 else None
    if kind is None:
        return None
    # A product's address may end in readable words after its code.
    return Card(kind, parts[1].split("-")[0] if kind == "product" else parts[1])


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None

"""Pages of conversations: only for those who are in, working as plain forms, and few statements each."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.factories import consoles, trade

from jishi.insight.networks.models import Tie
from jishi.people.accounts.models import User
from jishi.people.notifications import operations as notifications
from jishi.social.feed import operations as feed
from jishi.social.graph import operations as graph
from jishi.social.messaging import operations as messaging
from jishi.social.messaging import queries as talks
from jishi.social.messaging.contracts import Card, Draft

pytestmark = pytest.mark.django_db
CARDS = 10
"""Statements that cards in a conversation may add to a page's twelve."""


def browser(person_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend=consoles.BACKEND)
    return client


@pytest.fixture
def pair() -> tuple[int, int, str]:
    """Two friends and their conversation."""
    one, other = trade.buyer().id, trade.buyer().id
    graph.follow(person_id=one, other_id=other)
    graph.follow(person_id=other, other_id=one)
    return one, other, messaging.open_direct(person_id=one, other_id=other)


def picture() -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (60, 80), "#e0562f").save(data, "JPEG")
    return SimpleUploadedFile("柿子.jpg", data.getvalue(), "image/jpeg")


def test_a_conversation_is_held_with_plain_forms_only(pair) -> None:
    one, other, code = pair
    mine, theirs = browser(one), browser(other)

    answer = mine.post(
        f"/messages/{code}/send/", {"text": "柿子 <b>熟了</b> https://example.org", "key": "k1"}
    )
    mine.post(f"/messages/{code}/send/", {"text": "柿子 <b>熟了</b> https://example.org", "key": "k1"})

    assert (answer.status_code, answer["Location"]) == (302, f"/messages/{code}/#end")
    assert talks.count_unread(other) == 1
    listed = consoles.body(theirs, "/messages/")
    assert "柿子 &lt;b&gt;熟了&lt;/b&gt;" in listed
    shown = consoles.body(theirs, f"/messages/{code}/")
    assert 'role="log"' in shown and "<b>熟了" not in shown
    assert 'href="https://example.org" rel="nofollow"' in shown
    assert talks.count_unread(other) == 0


def test_nobody_else_gets_anything_of_a_conversation(pair) -> None:
    one, _, code = pair
    messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="geheim"))
    outsider, nobody = browser(trade.buyer().id), Client()

    for path in ("", "new/", "new/?after=0"):
        assert outsider.get(f"/messages/{code}/{path}").status_code == 404
        assert nobody.get(f"/messages/{code}/{path}").status_code == 302
    for path in ("send/", "recall/", "settings/"):
        outsider.post(f"/messages/{code}/{path}", {"text": "ich auch", "action": "mute"})
        assert nobody.post(f"/messages/{code}/{path}").status_code == 302

    assert [line.text for line in talks.list_messages(code, viewer_id=one)] == ["geheim"]


def test_the_open_page_gets_new_and_changed_lines_as_a_fragment(pair) -> None:
    one, other, code = pair
    first = messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="eins"))
    messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="zwei"))

    messaging.recall(person_id=one, message_code=first.code)
    fragment = browser(other).get(f"/messages/{code}/new/?after=1", headers={"HX-Request": "true"})

    text = fragment.content.decode()
    assert 'id="m1"' in text and 'id="m2"' in text and "zwei" in text
    assert "eins" not in text and 'id="m3"' not in text


def test_a_sent_line_comes_back_and_a_refusal_is_a_toast(pair) -> None:
    one, other, code = pair
    client = browser(one)

    sent = client.post(
        f"/messages/{code}/send/", {"text": "hallo", "after": "0"}, headers={"HX-Request": "true"}
    )
    graph.block(person_id=other, other_id=one)
    refused = client.post(f"/messages/{code}/send/", {"text": "?"}, headers={"HX-Request": "true"})

    assert "hallo" in sent.content.decode()
    assert (refused.status_code, refused.content) == (403, b"")
    assert "jishi:toast" in refused["HX-Trigger"]


def test_pictures_and_cards_are_shown_with_the_readers_own_rights(pair, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    one, other, code = pair
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    order = placed.order_codes[0]
    client = browser(one)

    client.post(f"/messages/{code}/send/", {"text": "", "picture": picture()})
    for card in (f"order:{order}", "product:nothinghere2"):
        client.post(f"/messages/{code}/send/", {"card": card})
    refused = client.post(
        f"/messages/{code}/send/", {"text": "", "picture": SimpleUploadedFile("a.jpg", b"<svg")}
    )

    text = consoles.body(browser(other), f"/messages/{code}/", most=12 + CARDS)
    assert "/chat/" in text and ".webp" in text
    assert f"/orders/{order}/" not in text
    assert refused.status_code == 302
    assert [line.kind for line in talks.list_messages(code, viewer_id=one)] == ["picture", "card", "card"]


def test_an_address_of_ours_becomes_a_card(pair) -> None:
    from jishi.goods.catalog import queries as catalog

    one, _, code = pair
    scene = trade.scene()
    product = catalog.get_product(scene.product_id, language="zh-hans")

    browser(one).post(f"/messages/{code}/send/", {"text": f" /p/{product.code}-some-words/ "})

    [line] = talks.list_messages(code, viewer_id=one)
    assert line.card == Card("product", product.code)
    assert product.title in browser(one).get(f"/messages/{code}/").content.decode()


def test_a_shopper_asks_and_the_shop_answers_from_its_desk() -> None:
    world = consoles.build()
    shopper, staff, other = (world.client(role) for role in ("shopper", "staff", "other_staff"))

    answer = shopper.get(f"/messages/shop/{world.shop.slug}/?card=order:{world.ready}")
    code = answer["Location"].split("/")[2]
    shopper.post(f"/messages/{code}/send/", {"card": f"order:{world.ready}"})
    shopper.post(f"/messages/{code}/send/", {"text": "什么时候发货？"})

    inbox = consoles.body(staff, "/m/messages/", most=12)
    assert "什么时候发货" in inbox
    page = consoles.body(staff, f"/m/messages/{code}/", most=12 + CARDS)
    assert reverse("merchant:order", args=[world.ready]) in page
    assert staff.get(f"/messages/{code}/")["Location"] == f"/m/messages/{code}/"
    staff.post(f"/m/messages/{code}/send/", {"text": "今天下午"})
    staff.post("/m/messages/reply/", {"text": "亲，今天发"})
    assert "今天下午" in consoles.body(shopper, f"/messages/{code}/", most=12 + CARDS)
    assert "亲，今天发" in consoles.body(staff, f"/m/messages/{code}/", most=12 + CARDS)
    for path in ("", "new/"):
        assert other.get(f"/m/messages/{code}/{path}").status_code == 404
    for path in ("send/", "take/"):
        assert other.post(f"/m/messages/{code}/{path}", {"text": "x"}).status_code == 404


def test_a_request_waits_in_its_folder_until_it_is_answered() -> None:
    stranger, asked = trade.buyer().id, trade.buyer().id
    code = messaging.open_direct(person_id=stranger, other_id=asked)
    messaging.send(sender_id=stranger, conversation_code=code, draft=Draft(text="你好呀"))
    client = browser(asked)

    assert "你好呀" not in consoles.body(client, "/messages/")
    assert "你好呀" in consoles.body(client, "/messages/?folder=requests")
    client.post(f"/messages/{code}/settings/", {"action": "accept"})
    assert "你好呀" in consoles.body(client, "/messages/")


def test_friends_to_choose_stand_by_circles_for_who_wants_suggestions(pair) -> None:
    one, other, _ = pair
    friends = [other, *(trade.buyer().id for _ in range(4))]
    codes = {who: User.objects.get(pk=who).code for who in friends}
    for friend in friends[1:]:
        graph.follow(person_id=one, other_id=friend)
        graph.follow(person_id=friend, other_id=one)
    for a, b in [(0, 3), (1, 4)]:
        near, far = friends[a], friends[b]
        ties = [(one, near, 900 - a), (one, far, 800 - a), (near, far, 700), (far, near, 700)]
        Tie.objects.bulk_create(Tie(person_id=p, other_id=q, strength=s) for p, q, s in ties)
    client = browser(one)

    page = consoles.body(client, "/messages/group/")
    feed.personalise(person_id=one, on=False)
    plain = consoles.body(client, "/messages/group/")

    places = [page.index(codes[friends[place]]) for place in (0, 3, 1, 4, 2)]
    assert places == sorted(places) and page.count("<h2") == plain.count("<h2") + 3
    assert all(code in plain for code in codes.values())


def test_a_group_is_made_renamed_and_left(pair) -> None:
    one, other, _ = pair
    client = browser(one)
    friend = User.objects.get(pk=other)

    made = client.post("/messages/group/", {"title": "柿友", "member": friend.code, "key": "g"})
    code = made["Location"].split("/")[2]
    client.post(f"/messages/{code}/settings/", {"action": "rename", "title": "老柿友"})

    assert "老柿友" in consoles.body(client, f"/messages/{code}/")
    client.post(f"/messages/{code}/settings/", {"action": "leave"})
    assert client.get(f"/messages/{code}/").status_code == 404
    assert browser(other).get(f"/messages/{code}/").status_code == 200


def test_the_badge_counts_messages_and_news(pair) -> None:
    one, other, code = pair
    messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="a"))
    before = browser(other).get("/messages/badge/").content.decode()
    notifications.notify(person_id=other, kind="order_shipped", params={"order": "x"})

    after = browser(other).get("/messages/badge/").content.decode()

    count = int(before.split(">")[1].split("<")[0])
    assert f">{count + 1}<" in after


def test_choices_are_kept_and_mails_end_by_one_click_without_sign_in(pair) -> None:
    from jishi.people.notifications import queries as notices
    from jishi.people.notifications.operations import composing

    one, _, _ = pair
    client = browser(one)
    form = {"quiet": "1", "quiet_from": "22:30", "quiet_to": "07:00", "digest_at": "09:15"}
    form |= {"time_zone": "Europe/Berlin", "mode:social:mail": "off", "mode:orders:push": "off"}

    assert client.post("/me/settings/notifications/", form).status_code == 302
    reach = notices.get_reach(one)
    assert (reach.quiet_from, reach.quiet_to, reach.digest_at) == ("22:30", "07:00", "09:15")
    assert {t.topic: t.modes["mail"] for t in reach.topics}["social"] == "off"
    assert "Europe/Berlin" in consoles.body(client, "/me/settings/notifications/")

    path = composing.unsubscribe_url(one, "orders").split("8000")[-1]
    path = "/mail/off/" + path.split("/mail/off/")[1]
    nobody = Client(enforce_csrf_checks=True)
    assert nobody.get(path).status_code == 200
    assert {t.topic: t.modes["mail"] for t in notices.get_reach(one).topics}["orders"] == "now"
    assert nobody.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert {t.topic: t.modes["mail"] for t in notices.get_reach(one).topics}["orders"] == "off"
    assert nobody.post("/mail/off/forged.token/").status_code == 400


def test_the_lane_cookie_is_for_signed_in_browsers_and_the_lane_only(pair) -> None:
    cookie = browser(pair[0]).get("/messages/").cookies["jishi_lane"]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/lane/", True, "Lax")
    assert "jishi_lane" not in Client().get("/").cookies


def test_people_are_called_what_the_reader_calls_them(pair) -> None:
    one, other, code = pair
    graph.remark(person_id=one, about_id=other, name="卖柿子的小张")
    messaging.send(sender_id=other, conversation_code=code, draft=Draft(text="在吗"))
    group = messaging.create_group(owner_id=other, title="柿友", member_ids=[one])
    messaging.send(sender_id=other, conversation_code=group, draft=Draft(text="大家好"))
    mine, theirs = browser(one), browser(other)

    assert "卖柿子的小张" in consoles.body(mine, "/messages/")
    assert "卖柿子的小张" in consoles.body(mine, f"/messages/{code}/").split("<h1>")[1].split("</h1>")[0]
    in_group = consoles.body(mine, f"/messages/{group}/")
    assert '<span class="by">卖柿子的小张</span>' in in_group
    assert "卖柿子的小张" in mine.get(f"/messages/{group}/new/?after=0").content.decode()
    assert "卖柿子的小张" not in consoles.body(theirs, f"/messages/{group}/")


def test_friends_are_brought_into_a_group_by_a_plain_form(pair) -> None:
    one, other, _ = pair
    third, stranger = trade.buyer().id, trade.buyer().id
    graph.follow(person_id=one, other_id=third)
    graph.follow(person_id=third, other_id=one)
    group = messaging.create_group(owner_id=one, title="柿友", member_ids=[other])
    codes = dict(User.objects.values_list("pk", "code"))
    client = browser(one)

    page = consoles.body(client, f"/messages/{group}/")
    assert f'value="{codes[third]}"' in page and f'value="{codes[stranger]}"' not in page
    client.post(f"/messages/{group}/settings/", {"action": "add", "member": [codes[stranger]]})
    client.post(f"/messages/{group}/settings/", {"action": "add", "member": [codes[third], codes[stranger]]})

    assert browser(third).get(f"/messages/{group}/").status_code == 200
    assert browser(stranger).get(f"/messages/{group}/").status_code == 404
    assert 'name="action" value="add"' not in consoles.body(client, f"/messages/{group}/")

"""One inbox: everything comes in once, themes by words and by hand, answers and changes reach people."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.factories import bought, consoles, jotted, trade
from tests.factories.goods import NOON

from jishi.growth.listening import operations as listening
from jishi.growth.listening import queries, rules
from jishi.growth.listening.errors import FeedbackInvalid, NobodyToAnswer, ThemeNotFound
from jishi.growth.listening.models import Change, Item, Tag
from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys.contracts import Taker
from jishi.kernel import clock
from jishi.kernel.limits import RateLimited
from jishi.kernel.outbox import relay
from jishi.people.notifications.models import Notice
from jishi.social.messaging import operations as messaging
from jishi.social.messaging.contracts import Draft
from jishi.social.notes import operations as notes
from jishi.social.notes.models import Note, Pin

BAD = "物流太慢，等了五天，收到时包装已经破损了，希望改进一下。"


@pytest.mark.django_db
def test_dat_e20_what_people_say_comes_in_once_from_every_place() -> None:
    listening.open_ready()
    scene = trade.scene(stock=20)
    low, high = bought.buyer(), bought.buyer()
    bought.receive(scene, low)
    bought.receive(scene, high)
    bought.review(scene, low, stars=1, text=BAD)
    bought.review(scene, high, stars=5)
    code = surveys.create(kind="nps", owner_id=None)
    surveys.launch(code=code)
    surveys.answer(code=code, taker=Taker(low.id), given={"score": ["3"], "words": ["客服回复慢"]})
    surveys.answer(code=code, taker=Taker(high.id), given={"score": ["9"]})
    relay.drain()
    _overheard(scene, low.id, high.id)
    first = listening.suggest(person_id=high.id, text=" 想要夜间模式 ", client_key="k")
    again = listening.suggest(person_id=high.id, text="something else", client_key="k")

    assert first == again
    found = {one.source: one for one in queries.page_items().items}
    assert set(found) == {"review", "survey", "suggestion", "chat", "comment"} and Item.objects.count() == 5
    assert (found["comment"].text, found["comment"].themes) == ("这家发货太慢", ("delivery",))
    assert (found["chat"].text, found["chat"].about) == ("质量不行，有瑕疵", f"shop:{scene.shop.slug}")
    assert (found["review"].score, found["review"].person_id) == (1, low.id)
    assert set(found["review"].themes) == {"delivery", "packing"}
    assert found["review"].about.startswith("product:")
    assert (found["survey"].text, found["survey"].about) == ("客服回复慢", f"survey:{code}")
    assert found["survey"].themes == ("service",)
    assert found["suggestion"].text == "想要夜间模式"
    with pytest.raises(FeedbackInvalid):
        listening.suggest(person_id=high.id, text="  ", client_key="k2")
    with pytest.raises(RateLimited):
        for number in range(12):
            listening.suggest(person_id=high.id, text="x", client_key=f"n{number}")


def _overheard(scene: trade.Scene, one: int, two: int) -> None:
    """Of these comments and lines one each comes in: under goods or to a shop, and about a theme."""
    note, plain = jotted.note(two), jotted.note(two)
    Pin.objects.create(note=Note.objects.get(code=note), product_id=scene.product_id, position=0)
    for code, author, text in (
        (note, one, "这家发货太慢"), (note, one, "好看"), (note, two, "物流我催了"), (plain, one, "快递呢"),
    ):  # fmt: skip
        notes.comment(author_id=author, code=code, text=text)
    shop = messaging.open_shop(person_id=one, shop_id=scene.shop.id)
    friend = messaging.open_direct(person_id=one, other_id=two)
    for talk, text in ((shop, "质量不行，有瑕疵"), (shop, "谢谢"), (friend, "客服态度差")):
        messaging.send(sender_id=one, conversation_code=talk, draft=Draft(text=text))
    for _ in range(2):
        relay.drain()


@pytest.mark.django_db
def test_dat_e20_hands_overrule_words_and_answers_reach_whoever_said_it() -> None:
    listening.open_ready()
    me, boss = jotted.person(), jotted.person(is_operator=True)
    code = listening.suggest(person_id=me, text="The delivery was late; chocolate melted", client_key="a")
    assert queries.get_item(code).themes == ("delivery",)

    listening.set_themes(code=code, slugs=["quality"], by=boss)
    listening.save_theme(slug="delivery", name={"en": "Delivery"}, words=["late", "delivery", "MELTED"])
    new = listening.save_theme(name={"en": "Sweets"}, words=["chocolate", "chocolate "])
    listening.tag_due()
    listening.tag_due()
    assert set(queries.get_item(code).themes) == {"quality", new}
    assert queries.get_theme(new).words == ("chocolate",)
    assert rules.matching("chocolate", [(1, ("late",))]) == []

    listening.hand_to(code=code, owner_id=boss)
    for _ in range(2):
        listening.answer(code=code, text="我们换了冷链", by=boss)
    change = listening.make_change(title="夏天走冷链", theme="delivery", item_codes=[code], by=boss)
    for _ in range(2):
        assert listening.tell(change_code=change) == 1
    mine = queries.page_own(me).items[0]
    assert ([one.text for one in mine.answers], mine.change) == (["我们换了冷链"], "夏天走冷链")
    assert Notice.objects.filter(person_id=me, kind="feedback_answered").count() == 1
    assert Notice.objects.filter(person_id=me, kind="feedback_changed").count() == 1
    with pytest.raises(ThemeNotFound):
        listening.make_change(title="x", measure="theme")
    with pytest.raises(FeedbackInvalid):
        listening.make_change(title="x", measure="refunds", made_at=clock.now() + timedelta(days=1))
    with pytest.raises(FeedbackInvalid):
        listening.hand_to(code=code, owner_id=me)

    listening.forget(person_id=me)
    left = Item.objects.get(code=code)
    assert (left.text, left.person_id, left.natural_key) == ("", None, f"gone:{code}")
    assert Tag.objects.filter(item=left, is_off=False).count() == 2
    with pytest.raises(NobodyToAnswer):
        listening.answer(code=code, text="hello", by=boss)


@pytest.mark.django_db
def test_dat_e20_the_effect_of_a_change_counts_as_many_days_before_as_after() -> None:
    listening.open_ready()
    scene, made = trade.scene(stock=50), NOON + timedelta(days=20)
    who = bought.buyer()
    for number in range(8):
        at = made + timedelta(days=-4 if number < 4 else 4, minutes=number)
        trade.pay(trade.place(who, (scene.variant_id, 1), key=f"order-key-{number}", at=at), at=at)
    for number, days in enumerate((-9, -4, -4, -3, -2, 3, 12)):
        at = made + timedelta(days=days)
        listening.suggest(person_id=jotted.person(), text="物流慢", client_key=str(number), at=at)
    listening.make_change(title="换承运商", theme="delivery", made_at=made)

    early = listening.measure_due(at=made + timedelta(hours=3))
    measured = listening.measure_due(at=made + timedelta(days=10))
    stale = listening.measure_due(at=made + timedelta(days=10, hours=1))

    assert (early, measured, stale) == (0, 1, 0)
    effect = queries.list_changes()[0].effect
    assert effect is not None
    assert (effect.before, effect.before_of, effect.after, effect.after_of) == (5, 4, 1, 4)
    assert effect.ratio == pytest.approx(0.2) and effect.verdict == "unclear"
    strong = rules.ratio(before=40, before_of=1000, after=10, after_of=1000, days=28)
    assert strong.verdict == "fewer" and strong.ratio == pytest.approx(0.25)
    assert rules.ratio(before=0, before_of=10, after=3, after_of=10, days=3).ratio is None
    assert listening.measure_due(at=made + timedelta(days=40)) == 1
    assert listening.measure_due(at=made + timedelta(days=80)) == 0
    assert Change.objects.get().figures["days"] == 28


@pytest.mark.django_db
def test_acc_e20_feedback_of_a_shopper_and_the_desk_that_answers_it(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    listening.open_ready()
    world = consoles.build()
    shopper, desk, shop = (world.client(role) for role in ("shopper", "operator", "staff"))
    picture = BytesIO()
    Image.new("RGB", (40, 30), "orange").save(picture, "PNG")
    upload = SimpleUploadedFile("a.png", picture.getvalue(), "image/png")

    empty = shopper.post("/me/feedback/", {"text": " ", "key": "k"})
    sent = shopper.post("/me/feedback/", {"text": "快递可以再快一点", "key": "k", "picture": upload})
    code = Item.objects.get().code
    refused = desk.post(f"/ops/listening/{code}/do/", {"do": "answer", "text": " "})
    for data in (
        {"do": "take"},
        {"do": "answer", "text": "下周起换承运商"},
        {"do": "themes", "themes": "delivery"},
    ):
        assert desk.post(f"/ops/listening/{code}/do/", data).status_code == 302
    form = {"title": "换了承运商", "measure": "theme", "theme": "delivery", "item": code}
    desk.post("/ops/listening/changes/", form)
    desk.post(f"/ops/listening/changes/{Change.objects.get().code}/tell/")

    assert (empty.status_code, sent.status_code, refused.status_code) == (422, 302, 422)
    mine = consoles.body(shopper, "/me/feedback/")
    assert "下周起换承运商" in mine and "换了承运商" in mine and "<img" in mine
    assert desk.post("/ops/listening/changes/", {**form, "title": ""}).status_code == 422
    assert desk.post("/ops/listening/themes/", {"name_zh": " "}).status_code == 422
    assert "快递可以再快一点" in consoles.body(desk, "/ops/listening/?state=&theme=delivery&q=快递")
    for url in (f"/ops/listening/{code}/", "/ops/listening/themes/", "/ops/listening/changes/"):
        consoles.body(desk, url)

    talk = messaging.open_shop(person_id=world.shopper.id, shop_id=world.shop.id)
    line = messaging.send(sender_id=world.shopper.id, conversation_code=talk, draft=Draft(text="坏了没人管"))
    for _ in range(2):
        marked = shop.post(f"/m/messages/{talk}/complaint/", {"no": line.no})
        assert marked.status_code == 302
    assert shop.post(f"/m/messages/{talk}/complaint/", {"no": "999"}).status_code == 404
    assert Item.objects.filter(source="chat", text="坏了没人管").count() == 1
    assert "/complaint/" in shop.get(f"/m/messages/{talk}/").content.decode()

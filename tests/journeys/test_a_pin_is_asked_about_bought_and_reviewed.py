"""A pin from first look to review: asked about, answered, bought, sent, received, judged and counted."""

from __future__ import annotations

from pathlib import Path

from tests.factories import written
from tests.journeys.conftest import Town
from tests.journeys.phone import Phone

from jishi.goods.merchants import queries as merchants
from jishi.people.notifications.models import Notice
from jishi.social.reviews import queries as reviews
from jishi.social.reviews.models import Question, Review
from jishi.trade.orders.models import Order


def _posts_a_note(town: Town, tmp_path: Path) -> str:
    """The author pins the tea; returns the path of her note."""
    picture = tmp_path / "tea.jpg"
    picture.write_bytes(written.photo("saddlebrown", (900, 1200)))
    writer = town.phone_of(town.street.people[0])
    writer.open("/post/")
    writer.page.set_input_files("input[name=pictures]", str(picture))
    writer.page.locator(".thumbs [name=ticket]").wait_for(state="attached")
    writer.page.fill("#title", "早晨的一壶茶")
    writer.page.fill("#text", "山里的新茶到了 #茶")
    writer.page.fill("#find", "龙井")
    writer.press("button[value=find]")
    writer.press("button[name=add]")
    writer.page.locator(".pinrows [name=pin_code]").wait_for(state="attached")
    writer.press("button[value=publish]")
    writer.page.wait_for_url("**/notes/*/")
    return writer.page.url.removeprefix(town.url)


def _receives_and_reviews(reader: Phone, order_code: str, picture: Path) -> None:
    reader.open(f"/orders/{order_code}/")
    reader.press("form[action$='/receipt/'] button")
    reader.press("a:has-text('写评价')")
    reader.page.wait_for_url("**/review/")
    reader.page.locator("[name=stars-0], [name=stars-1]").first.wait_for(state="attached")
    reader.press("fieldset:has([value='5']) label:has([value='5'])")
    reader.page.fill("textarea", "和笔记里说的一样，清香。")
    reader.page.set_input_files("input[type=file]", str(picture))
    reader.press("form:has(textarea) button.primary")
    reader.page.wait_for_url("**/me/reviews/?tab=written")


def test_a_pin_is_asked_about_bought_and_reviewed(town: Town, tmp_path: Path) -> None:
    author, friend = town.street.people[0], town.street.people[1]
    written.befriend(author.id, friend.id)
    note = _posts_a_note(town, tmp_path)
    town.catch_up()

    # The friend asks from the note …
    reader = town.phone_of(friend)
    reader.open("/following/")
    reader.press("a:has(h3:has-text('早晨的一壶茶'))")
    reader.page.wait_for_url("**/notes/*/")
    reader.press("#goods a.ask")
    reader.page.wait_for_url("**/questions/?note=*")
    reader.page.fill("#ask", "一罐能泡多少次？")
    reader.press("form:has(#ask) button")
    reader.page.wait_for_url("**/q/*/?note=*")
    town.catch_up()
    question = Question.objects.get()
    assert Notice.objects.filter(person_id=author.id, kind="question_from_note").count() == 1

    # … the shop answers on its console, the author on the question's page …
    keeper = town.phone_of(merchants.list_staff(town.street.shop.id)[0][0])
    keeper.open("/m/questions/?only=open")
    keeper.page.fill(f"#t-{question.code}", "大约二十次。")
    keeper.press(f"#q-{question.code} form button")
    keeper.page.wait_for_load_state()
    writer = town.phone_of(author)
    writer.open("/me/news/")
    writer.press("a:has-text('一罐能泡多少次')")
    writer.page.wait_for_url("**/q/*/")
    writer.page.fill("#answer #text", "我每天一泡，喝了三个星期。")
    writer.press("#answer button")
    writer.page.locator("article.answer:has-text('三个星期')").wait_for()
    town.catch_up()

    # … and the friend finds back to the note, and buys from the pin.
    reader.page.reload()
    assert "大约二十次" in reader.text and "三个星期" in reader.text
    reader.press("a:has-text('回到笔记')")
    reader.page.wait_for_url("**/notes/*/#goods")
    reader.press("#goods a.good")
    reader.page.wait_for_url("**/p/**")
    reader.press(".cta .solo")
    reader.press("[data-for=alone] button[value=buy]")
    reader.page.wait_for_url("**/checkout/**")
    reader.place()
    reader.pay()
    reader.page.wait_for_url(lambda url: "/psp/" not in url)
    town.catch_up()
    order = Order.objects.get()

    keeper.open(f"/m/orders/{order.code}/")
    keeper.page.fill("#tracking", "SF1234567890")
    keeper.press("form:has(#tracking) button")
    keeper.page.wait_for_load_state()
    town.catch_up()
    _receives_and_reviews(reader, order.code, tmp_path / "tea.jpg")
    town.catch_up()

    review = Review.objects.get()
    assert review.stars == 5 and len(review.pictures) == 1
    assert reviews.summary(review.product_id).count == 1
    writer.open(note)
    assert "这篇笔记卖出 1 件" in writer.text
    assert not writer.faults and not reader.faults and not keeper.faults
    town.assert_books_are_whole()

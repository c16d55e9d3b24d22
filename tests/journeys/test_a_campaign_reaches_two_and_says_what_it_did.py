"""A list becomes an audience, a split journey is approved by two, a message and a slot reach somebody who
buys, and the read-out shows it.
"""

from __future__ import annotations

from datetime import timedelta

from tests.factories import jotted
from tests.journeys.conftest import Town
from tests.journeys.phone import Phone

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns.models import Enrolment
from jishi.growth.merchandising import operations as slots
from jishi.growth.merchandising.contracts import PlacementDraft
from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User


def test_a_campaign_reaches_two_and_says_what_it_did(town: Town) -> None:
    people = [jotted.person() for _ in range(40)]
    codes = dict(User.objects.filter(pk__in=people).values_list("pk", "code"))
    words = {"zh-hans": "今晚的新茶", "en": "New tea tonight"}
    draft = PlacementDraft(slot="home.banner", title=words, url="/hot/", is_for_chosen=True)
    slots.place(natural_key="tea", draft=draft, by=None)
    writer = town.phone_of(jotted.person(is_operator=True))
    second = town.phone_of(jotted.person(is_operator=True))

    writer.open("/ops/audiences/upload/")
    writer.page.fill("#list-name", "老茶客")
    writer.page.fill("[name=lines]", "\n".join(codes.values()))
    writer.press("button[value=create]")
    writer.page.wait_for_url("**/ops/audiences/*/")
    writer.open("/ops/campaigns/new/")
    writer.press("button[value=blank]")
    writer.page.wait_for_url("**/settings/")
    writer.page.fill("#name", "新茶上市")
    writer.page.select_option("#segment", index=1)
    writer.page.fill("#quiet-from", "00:00")
    writer.page.fill("#quiet-to", "00:00")
    writer.press("button:has-text('保存'), form button.primary")
    writer.page.wait_for_url("**/steps/")
    _write_steps(writer)
    path = writer.page.url.split(writer.url)[1]
    second.open(path)
    with second.page.expect_navigation():
        second.press("button[value=confirm]")
    assert second.page.locator("[data-state=running]").count() == 1

    for _ in range(80):
        if Enrolment.objects.filter(arm="treated", state="done").exists():
            break
        second.page.wait_for_timeout(100)
    way = Enrolment.objects.filter(arm="treated", state="done").order_by("pk")[0]
    home = {"region": "浙江省", "city": "杭州市", "line": "一号"}
    accounts.save_address(person_id=way.person_id, recipient="阿茶", phone="13800138000", **home)
    shopper = town.phone_of(way.person_id)
    shopper.open("/")
    assert "今晚的新茶" in shopper.text
    shopper.open("/me/news/")
    shopper.press("a[href*='/go/']")
    shopper.page.wait_for_load_state()
    assert "/go/" not in shopper.page.url
    _buy(town, shopper)
    town.catch_up()
    campaigns.evaluate(code=path.strip("/").split("/")[-1], at=clock.now() + timedelta(minutes=1))
    second.open(path + "result/")

    assert second.page.locator("[data-arm=treated][data-goals='1']").count() == 1
    assert not writer.faults and not second.faults and not shopper.faults
    town.assert_books_are_whole()


def _write_steps(writer: Phone) -> None:
    """A placement, a split of two messages, the run sheet without a stop, and asking for the start."""
    for kind in ("place", "split", "send", "send"):
        writer.page.select_option("#kind", kind)
        with writer.page.expect_navigation():
            writer.press("form:has(#kind) button")
    # The split leads half to the first message, which ends there, and half to the second.
    writer.press("a.node.split")
    writer.page.select_option("#tb-s2", "s4")
    with writer.page.expect_navigation():
        writer.press("#s-s2 button[value=save]")
    writer.press("#s-s3 summary")
    writer.page.fill("#zh-s3", "{nickname}，新茶到了")
    writer.page.select_option("#then-s3", "end")
    with writer.page.expect_navigation():
        writer.press("#s-s3 button[value=save]")
    writer.press("a[href$='/sheet/'].primary")
    writer.page.wait_for_url("**/sheet/")
    assert writer.page.locator("[data-level=stop]").all_inner_texts() == []
    with writer.page.expect_navigation():
        writer.press("button[value=start]")


def _buy(town: Town, shopper: Phone) -> None:
    """Buy a product alone and pay."""
    shopper.open(town.product(0))
    shopper.press(".cta .solo")
    shopper.press("[data-for=alone] button[value=buy]")
    shopper.page.wait_for_url("**/checkout/**")
    shopper.place()
    shopper.pay()
    shopper.page.wait_for_url(lambda url: "/psp/" not in url)

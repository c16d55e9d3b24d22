"""A note with a pin: a friend sees it, asks under it, and buys from it; its author sees what it sold."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factories import written
from tests.journeys.conftest import Town

from jishi.social.notes.models import Note


@pytest.mark.parametrize("scripts", [True, False])
def test_a_note_with_a_pin_sells(town: Town, tmp_path: Path, scripts: bool) -> None:
    author, friend = town.street.people[0], town.street.people[1]
    written.befriend(author.id, friend.id)
    picture = tmp_path / "tea.jpg"
    picture.write_bytes(written.photo("saddlebrown", (900, 1200)))

    writer = town.phone_of(author, scripts=scripts)
    writer.open("/post/")
    writer.page.set_input_files("input[name=pictures]", str(picture))
    if scripts:
        writer.page.locator(".thumbs [name=ticket]").wait_for(state="attached")
    writer.page.fill("#title", "早晨的一壶茶")
    writer.page.fill("#text", "山里的新茶到了 #茶")
    writer.page.fill("#find", "龙井")
    writer.press("button[value=find]")
    writer.press("button[name=add]")
    writer.page.locator(".pinrows [name=pin_code]").wait_for(state="attached")
    writer.press("button[value=publish]")
    writer.page.wait_for_url("**/notes/*/")
    assert "早晨的一壶茶" in writer.text

    reader = town.phone_of(friend, scripts=scripts)
    reader.open("/following/")
    reader.press("a:has(h3:has-text('早晨的一壶茶'))")
    reader.page.wait_for_url("**/notes/*/")
    reader.page.fill("#say-top", "是今年的新茶吗？")
    reader.press("form.say button")
    reader.page.locator(".said:has-text('是今年的新茶吗')").wait_for()
    reader.press("#goods a.good")
    reader.page.wait_for_url("**/p/**")
    reader.press(".cta .solo")
    reader.press("[data-for=alone] button[value=buy]")
    reader.page.wait_for_url("**/checkout/**")
    reader.place()
    reader.pay()
    reader.page.wait_for_url(lambda url: "/psp/" not in url)
    town.catch_up()

    writer.page.reload()
    assert "这篇笔记卖出 1 件" in writer.text and "是今年的新茶吗" in writer.text
    assert Note.objects.count() == 1
    assert not writer.faults and not reader.faults
    town.assert_books_are_whole()

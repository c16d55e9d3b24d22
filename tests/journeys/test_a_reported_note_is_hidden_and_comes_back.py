"""A note is reported until it is hidden; its author appeals, and another moderator restores it."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import jotted
from tests.journeys.conftest import Town

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.notes import queries as notes


def test_a_reported_note_is_hidden_and_comes_back(town: Town) -> None:
    author, reader = town.street.people[0], jotted.person()
    code = jotted.note(author.id)
    reporters = [jotted.person() for _ in range(3)]
    first, second = jotted.person(is_operator=True), jotted.person(is_operator=True)
    User.objects.filter(pk=author.id).update(joined_at=clock.now() - timedelta(days=30))
    phones = [town.phone_of(one, scripts=number > 0) for number, one in enumerate(reporters)]

    for phone in phones:
        phone.open(f"/report/note/{code}/")
        phone.press("label:has(input[value=spam])")
        phone.press("form button.primary")
        phone.page.wait_for_url(lambda url: "/report/" not in url)

    visitor = town.phone_of(reader)
    visitor.open(f"/notes/{code}/")
    assert "今天的柿子" not in visitor.text
    desk = town.phone_of(first)
    desk.open("/ops/moderation/")
    desk.press("a[data-open]")
    desk.press("label:has(input[value=hide])")
    desk.page.fill("#note", "看起来像广告")
    desk.press("form[action$='/decide/'] button.primary")
    desk.page.wait_for_url("**/ops/moderation/")

    writer = town.phone_of(author)
    writer.open("/me/decisions/")
    writer.press("a.go")
    assert "看起来像广告" in writer.text
    writer.page.fill("#text", "这是我家树上的柿子，不是广告")
    writer.press("form[action^='/appeal/'] button.primary")
    writer.page.wait_for_url("**/me/decisions/**")
    again = town.phone_of(second, scripts=False)
    again.open("/ops/moderation/?state=appealed")
    again.press("a[data-open]")
    assert "这是我家树上的柿子" in again.text
    again.press("button[value=overturned]")
    again.page.wait_for_url("**/ops/moderation/?state=appealed")

    assert notes.find_note_id(code, viewer_id=reader) is not None
    writer.page.reload()
    assert "已撤销" in writer.text
    writer.open(f"/notes/{code}/")
    assert "今天的柿子" in writer.text

"""Somebody sends their link; the friend opens it as nobody, signs in, agrees, and both see each other."""

from __future__ import annotations

import pytest
from tests.journeys.conftest import Town

from jishi.social.graph import operations as graph
from jishi.social.graph import queries


@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_makes_two_friends(town: Town, scripts: bool) -> None:
    host, guest = town.street.people[:2]
    graph.edit_profile(person_id=host.id, is_private=True)
    mine, theirs = town.phone_of(host, scripts=scripts), town.phone_of(guest, scripts=scripts)

    mine.open("/me/friends/")
    link = str(mine.page.locator("#invite-link").input_value())
    unknown = town.phone_of(None, scripts=scripts)
    unknown.open(link)
    unknown.press("form[method=post] button.primary")
    unknown.page.wait_for_url("**/login/**")
    theirs.open(link)
    assert not queries.relation(guest.id, host.id).is_friend
    theirs.press("form[method=post] button.primary")
    theirs.page.wait_for_url("**/u/**")

    assert queries.relation(guest.id, host.id).is_friend
    for phone, name in ((mine, "小满"), (theirs, "阿柿")):
        phone.open("/me/friends/")
        assert name in phone.text
    town.assert_books_are_whole()
    assert [phone.faults for phone in town.phones] == [[]] * len(town.phones)

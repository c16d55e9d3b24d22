"""The number of unread messages and news stands in the navigation of every page, before any script runs."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from tests.access import matrix
from tests.factories import consoles

from jishi.people.accounts.models import User
from jishi.people.notifications import operations as notifications

pytestmark = pytest.mark.django_db
BADGE = re.compile(r'<live-badge[^>]*data-from="/messages/badge/"[^>]*>\s*<span class="n">(\d+)</span>')


def browser(person_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend=consoles.BACKEND)
    return client


def address(things: matrix.Things, name: str) -> str | None:
    """Where a page is: about the owner's thing, or without an argument; None for the others."""
    if name in matrix.OWNED:
        return things.url(name)
    try:
        return reverse(f"storefront:{name}")
    except NoReverseMatch:
        return None


def test_every_page_with_the_navigation_says_how_much_is_unread(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    things = matrix.build()
    client = browser(things.owner_id)
    seen = []
    for name in sorted((matrix.PUBLIC | matrix.PERSON | set(matrix.OWNED)) - {"None", "messages", "news"}):
        url = address(things, name)
        if url is None:
            continue
        session = client.session
        session["unread_count"] = 7
        session.save()
        answer = client.get(url)
        page = answer.content.decode() if "html" in answer.headers.get("Content-Type", "") else ""
        if answer.status_code != 200 or '<nav class="tabbar"' not in page:
            continue
        assert BADGE.findall(page) in (["7"], ["7", "7"]), url
        seen.append(name)

    assert len(seen) >= 40 and {"home", "me", "orders", "cart", "note", "talk", "communities"} <= set(seen)


def test_the_number_is_kept_by_what_counts_it() -> None:
    from tests.factories import trade

    person = trade.buyer().id
    client = browser(person)
    for number in range(3):
        notifications.notify(
            person_id=person, kind="order_shipped", params={"order": "x"}, natural_key=f"k{number}"
        )

    client.get("/messages/badge/")
    assert BADGE.findall(consoles.body(client, "/me/"))[0] == "3"
    consoles.body(client, "/me/news/")

    assert BADGE.findall(consoles.body(client, "/me/")) == []
    assert "live-badge" not in Client().get("/communities/").content.decode()

"""What the shop believes about somebody: they see it, change it, and their word stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.factories import consoles

from jishi.goods.catalog.models import Category
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits import queries
from jishi.people.accounts.models import User
from jishi.people.privacy import queries as privacy

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> consoles.World:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    found = consoles.build()
    refresh()
    return found


def refresh() -> None:
    portraits.touch_people(list(User.objects.values_list("pk", flat=True)))
    portraits.refresh_touched()


def category() -> str:
    name = {"zh-hans": "柿子", "en": "Persimmons"}
    return Category.objects.get_or_create(slug="persimmons", defaults={"name": name})[0].slug


def test_g11_interests_are_added_and_taken_away_and_stay_away(world: consoles.World) -> None:
    client, person, slug = world.client("shopper"), world.shopper.id, category()
    key = f"category:{slug}"

    client.post("/me/interests/", {"add": key})
    added = [(one.key, one.origin) for one in queries.list_interests(person)]
    body = consoles.body(client, "/me/interests/")
    client.post("/me/interests/", {"remove": key})
    refresh()

    assert added == [(key, "yours")]
    assert f'value="{key}"' in body
    assert key not in [one.key for one in queries.list_interests(person)]


def test_inp_126_an_unknown_interest_is_refused(world: consoles.World) -> None:
    client = world.client("shopper")

    answer = client.post("/me/interests/", {"add": "category:nothing-like-it"}, follow=True)

    assert "toast bad" in answer.content.decode()
    assert queries.list_interests(world.shopper.id) == ()


def test_g11_every_tag_can_be_switched_off_and_on(world: consoles.World) -> None:
    client, person = world.client("shopper"), world.shopper.id
    body = consoles.body(client, "/me/portrait/")
    assert 'name="tag" value="orders"' in body

    client.post("/me/portrait/", {"tag": "orders", "given": "0"})
    hidden = queries.get_portrait(person).hidden
    off = consoles.body(client, "/me/portrait/")
    client.post("/me/portrait/", {"tag": "orders", "given": "1"})

    assert hidden == ("tag:orders",)
    assert "不使用" in off
    assert queries.get_portrait(person).hidden == ()


def test_prv_the_switches_are_the_consents(world: consoles.World) -> None:
    client, person = world.client("shopper"), world.shopper.id

    client.post("/me/portrait/", {"purpose": "analytics", "given": "0"})
    assert privacy.allows(person, "analytics") is False
    client.post("/me/portrait/", {"purpose": "analytics", "given": "1"})
    assert privacy.allows(person, "analytics") is True
    wrong = client.post("/me/portrait/", {"purpose": "everything", "given": "1"}, follow=True)
    assert "toast bad" in wrong.content.decode()


def test_acc_107_nobody_sees_anybodys_portrait_but_their_own(world: consoles.World) -> None:
    anonymous, staff = Client(), world.client("staff")

    assert anonymous.get("/me/portrait/").headers["Location"].startswith("/login/")
    mine = User.objects.get(pk=world.shopper.id).code
    assert staff.get(f"/ops/people/{mine}/").status_code == 403
    assert staff.get("/ops/people/behind/?stage=new").status_code == 403
    assert mine not in consoles.body(staff, "/me/portrait/")


def test_the_pages_speak_english(world: consoles.World) -> None:
    User.objects.filter(pk=world.shopper.id).update(language="en")
    client = world.client("shopper")

    assert "What the shop knows about me" in consoles.body(client, "/me/portrait/")
    assert "My interests" in consoles.body(client, "/me/interests/")

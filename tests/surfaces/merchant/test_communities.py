"""A shop asks a community, its owner agrees, and the shop may make offers for the members."""

from __future__ import annotations

import re

import pytest
from tests.factories import clubs, consoles

from jishi.kernel import clock
from jishi.social.communities import operations as communities
from jishi.social.communities import queries

pytestmark = pytest.mark.django_db


def test_asking_twice_is_asking_once_and_the_answer_is_shown() -> None:
    world = consoles.build()
    slug = clubs.club(at=clock.now())
    client = world.client("staff")
    page = consoles.body(client, "/m/communities/?q=慢慢喝茶")
    assert f'value="{slug}"' in page

    for _ in range(2):
        client.post("/m/communities/ask/", {"community": slug, "message": "我们种茶"})

    [row] = queries.list_partners(clubs.id_of(slug))
    assert (row.shop_id, row.state, row.message) == (world.shop.id, "asked", "我们种茶")
    assert f'value="{slug}"' not in consoles.body(client, "/m/communities/?q=慢慢喝茶")
    communities.decide_partner(actor_id=clubs.owner_of(slug), slug=slug, shop_id=world.shop.id, agree=True)
    assert "/m/offers/new/" in consoles.body(client, "/m/communities/")


def test_a_community_that_is_not_there_is_refused_in_words() -> None:
    world = consoles.build()

    answer = world.client("staff").post("/m/communities/ask/", {"community": "no-such-place"})

    assert answer.status_code == 302 and queries.list_partnerships(world.shop.id) == ()


def test_an_offer_for_members_knows_from_which_community_it_comes() -> None:
    world = consoles.build()
    slug = clubs.club(at=clock.now())
    client = world.client("staff")
    client.post("/m/communities/ask/", {"community": slug})
    communities.decide_partner(actor_id=clubs.owner_of(slug), slug=slug, shop_id=world.shop.id, agree=True)

    assert f"/m/offers/new/?community={slug}" in consoles.body(client, "/m/communities/")
    choices = consoles.body(client, f"/m/offers/new/?community={slug}")
    found = re.findall(rf'href="(/m/offers/new/[^/"]+/\?community={slug})"', choices)
    form = consoles.body(client, f"{found[0]}&mechanic=group_buy")
    kinds = consoles.body(client, found[0])

    assert f'<option value="{slug}" selected>' in form
    assert f"&amp;community={slug}" in kinds

"""Offers for the members of a community: agreed with its owner, invisible and useless to everybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import clubs, trade
from tests.factories import plays as made
from tests.factories.plays import ALONE, NOON, TOGETHER

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import operations as merchants
from jishi.goods.merchants.errors import NotShopStaff
from jishi.kernel.outbox import relay
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries
from jishi.promotions.plays.contracts import OfferView
from jishi.promotions.plays.errors import AudienceNotAgreed, OfferEnded, OfferMembersOnly
from jishi.promotions.plays.models import Seat
from jishi.social.communities import operations as communities
from jishi.social.communities.errors import NotPermitted

pytestmark = pytest.mark.django_db


def partner(slug: str, scene: trade.Scene) -> int:
    """Agree on offers between a shop and a community; returns the shop's clerk."""
    clerk = clubs.person()
    merchants.add_staff(shop_id=scene.shop.id, person_id=clerk)
    communities.ask_partner(shop_id=scene.shop.id, person_id=clerk, slug=slug, message="茶友价", at=NOON)
    communities.decide_partner(
        actor_id=clubs.owner_of(slug), slug=slug, shop_id=scene.shop.id, agree=True, at=NOON
    )
    return clerk


def offer_for(slug: str, scene: trade.Scene, price: int = TOGETHER) -> OfferView:
    return plays.create_offer(
        shop_id=scene.shop.id,
        product_id=scene.product_id,
        mechanic="group_buy",
        params={"size": 2},
        prices={scene.variant_id: price},
        starts_at=NOON - timedelta(days=1),
        audience=clubs.audience(slug),
        at=NOON - timedelta(days=1),
    )


def test_a_shop_needs_the_owners_word() -> None:
    slug, scene = clubs.club(), trade.scene(price=ALONE)

    with pytest.raises(NotShopStaff):
        communities.ask_partner(shop_id=scene.shop.id, person_id=clubs.person(), slug=slug, at=NOON)
    with pytest.raises(AudienceNotAgreed):
        offer_for(slug, scene)
    clerk = partner(slug, scene)
    with pytest.raises(NotPermitted):
        communities.decide_partner(
            actor_id=clubs.join(slug, clerk), slug=slug, shop_id=scene.shop.id, agree=True, at=NOON
        )

    assert offer_for(slug, scene).audience == clubs.audience(slug)


def test_rtm_135_only_members_see_and_use_an_offer_for_members() -> None:
    slug, scene = clubs.club(), trade.scene(price=ALONE)
    partner(slug, scene)
    offer = offer_for(slug, scene)
    stranger, member = trade.buyer(), trade.buyer()
    clubs.join(slug, member.id)
    party = made.Party(scene, offer)

    with pytest.raises(OfferMembersOnly):
        party.start(stranger)
    assert queries.find_offer(product_id=scene.product_id, at=NOON) is None
    assert queries.find_offer_for(offer.code, viewer_id=stranger.id, at=NOON) is None
    assert queries.list_offers_for(clubs.audience(slug), viewer_id=stranger.id, at=NOON) == ()
    plays.switch_badges(NOON)
    card = catalog_queries.list_cards([scene.product_id], language="en")[scene.product_id]
    assert card.badge is None

    team = party.started(member)
    assert queries.list_open_teams(product_id=scene.product_id, viewer_id=None, at=NOON) == ()
    with pytest.raises(OfferMembersOnly):
        made.view(team, stranger)
    with pytest.raises(OfferMembersOnly):
        made.view(team, None)
    with pytest.raises(OfferMembersOnly):
        party.join(stranger, team.code)
    assert not Seat.objects.filter(person_id=stranger.id).exists()
    assert made.view(team, member).price_minor == TOGETHER


def test_whoever_leaves_between_quote_and_order_pays_no_members_price() -> None:
    slug, scene = clubs.club(), trade.scene(price=ALONE)
    partner(slug, scene)
    offer = offer_for(slug, scene)
    member = trade.buyer()
    clubs.join(slug, member.id)
    seen = trade.quote(
        member, trade.lines((scene.variant_id, 1)), tokens={"offer": offer.code}
    ).quote.fingerprint

    communities.leave(person_id=member.id, slug=slug, at=NOON)

    with pytest.raises(OfferMembersOnly):
        trade.place(member, (scene.variant_id, 1), tokens={"offer": offer.code}, fingerprint=seen)
    assert not Seat.objects.exists()


def test_a_public_offer_may_stand_beside_one_for_members_and_sales_are_told_apart() -> None:
    slug, scene = clubs.club(), trade.scene(price=ALONE)
    partner(slug, scene)
    offer = offer_for(slug, scene, price=600)
    public = plays.create_offer(
        shop_id=scene.shop.id,
        product_id=scene.product_id,
        mechanic="group_buy",
        params={"size": 2},
        prices={scene.variant_id: TOGETHER},
        starts_at=NOON - timedelta(days=1),
        at=NOON - timedelta(days=1),
    )
    one, other, stranger = trade.buyer(), trade.buyer(), trade.buyer()
    for who in (one, other):
        clubs.join(slug, who.id)

    team = made.Party(scene, offer).started(one)
    made.Party(scene, offer).joined(team, other)
    made.Party(scene, public).started(stranger)

    found = queries.find_offer(product_id=scene.product_id, at=NOON)
    assert found is not None and found.code == public.code
    sold = queries.sales_for(clubs.audience(slug), since=NOON - timedelta(days=1))
    assert (sold.orders, sold.units) == (2, 2)
    assert [row.code for row in queries.list_offers_for(clubs.audience(slug), viewer_id=one.id, at=NOON)] == [
        offer.code
    ]


def test_ending_the_agreement_stops_the_offers() -> None:
    slug, scene = clubs.club(), trade.scene(price=ALONE)
    partner(slug, scene)
    offer = offer_for(slug, scene)
    member = trade.buyer()
    clubs.join(slug, member.id)

    state = communities.decide_partner(
        actor_id=clubs.owner_of(slug), slug=slug, shop_id=scene.shop.id, agree=False, at=NOON
    )
    relay.drain()

    assert state == "ended"
    with pytest.raises(OfferEnded):
        made.Party(scene, offer).start(member)

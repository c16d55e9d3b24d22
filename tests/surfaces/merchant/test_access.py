"""The wall between shops: every address of the merchant console, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import URLPattern, reverse
from tests.factories import bought, consoles, rounds, trade

from jishi.goods.catalog.models import Product
from jishi.goods.imports import operations as imports
from jishi.goods.imports import queries as import_queries
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import operations as merchants
from jishi.insight.recommendation.models import Bundle
from jishi.kernel import audit, clock
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales.contracts import Wish
from jishi.promotions.flash_sales.models import Item
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries.contracts import LotteryDraft, PrizeDraft
from jishi.promotions.lotteries.models import Lottery
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales.contracts import PresalePlan
from jishi.promotions.presales.models import Presale
from jishi.promotions.timed_prices import operations as timed_prices
from jishi.promotions.timed_prices.contracts import Proposal, Window
from jishi.promotions.timed_prices.models import TimedPrice
from jishi.social.messaging import operations as messaging
from jishi.social.reviews import operations as reviews
from jishi.social.reviews.models import Question, Review
from jishi.surfaces.merchant import urls

TALKS = {"talk", "talk_new", "talk_send", "talk_take", "talk_complaint"}
ROUNDS = {"round", "round_act", "round_count", "round_demand"}
REVIEWS = {"review_reply", "question_answer"}
OBJECTS = {
    *REVIEWS,
    "bundle_decide",
    "order",
    "ship",
    "refund",
    "import",
    "import_report",
    "offer_create",
    "offer_stop",
    "offer_watch",
    "lottery",
    "lottery_stop",
    "timed_price_answer",
    "flash_enrol",
    "flash_stop",
    "flash_withdraw",
    "presale",
    "presale_stop",
    *ROUNDS,
    *TALKS,
}
ONLY_POST = {
    "bundle_decide",
    "timed_price_answer",
    "choose_shop",
    "ship_many",
    "ship",
    "goods_save",
    "offer_stop",
    "reply",
    "community_ask",
}
ONLY_POST |= {"lottery_stop", "flash_stop", "flash_withdraw", "round_act", "round_count", "presale_stop"}
ONLY_POST |= {"talk_send", "talk_take", "talk_complaint", *REVIEWS}


@pytest.fixture
def world(db: None, settings, tmp_path) -> consoles.World:  # type: ignore[no-untyped-def]
    settings.JISHI_HOME = tmp_path
    return consoles.build()


def arguments(world: consoles.World, name: str) -> dict[str, str]:
    """What an address needs. An object address that is not listed here fails, and so it should."""
    product = Product.objects.get(pk=world.party.scene.product_id)
    talk = {"code": messaging.open_shop(person_id=world.shopper.id, shop_id=world.shop.id)}
    opened = rounds.cut_round_of(world.shop.id, world.party.scene.variant_id)
    brought = {"code": bring(world)}
    known = {
        **dict.fromkeys(TALKS, talk),
        **{name: {"code": opened} for name in ROUNDS},
        "review_reply": {"code": _review(world)},
        "question_answer": {"code": _question(world)},
        "order": {"code": world.ready},
        "ship": {"code": world.ready},
        "refund": {"code": world.ready},
        "import": brought,
        "import_report": brought,
        "offer_create": {"code": product.code},
        "offer_stop": {"code": world.party.offer.code},
        "offer_watch": {"code": world.party.offer.code},
        **{key: {"code": _presale(world)} for key in ("presale", "presale_stop")},
        "flash_enrol": {"code": product.code},
        **{key: {"code": _flash(world)} for key in ("flash_stop", "flash_withdraw")},
        **{key: {"code": _lottery(world)} for key in ("lottery", "lottery_stop")},
        "bundle_decide": {"code": _bundle(world)},
        "timed_price_answer": {"code": _timed(world)},
    }
    assert set(known) == OBJECTS
    return known.get(name, {})


def bring(world: consoles.World) -> str:
    """A product file of the shop; the same one again is the same import."""
    return imports.upload(shop_id=world.shop.id, by_id=None, data=b"Handle,Title\na,A\n").code


def _lottery(world: consoles.World) -> str:
    """A lottery of the shop, made once."""
    known = Lottery.objects.filter(shop_id=world.shop.id).first()
    if known:
        return known.code
    now = clock.now()
    return lotteries.publish(
        shop_id=world.shop.id,
        draft=LotteryDraft(
            title="抽奖",
            starts_at=now,
            ends_at=now + timedelta(days=1),
            prizes=(PrizeDraft(variant_id=world.party.scene.variant_id, quantity=1),),
        ),
    )


def _presale(world: consoles.World) -> str:
    """A presale of the shop, made once."""
    known = Presale.objects.filter(shop_id=world.shop.id).first()
    if known:
        return known.code
    now, day = clock.now(), timedelta(days=1)
    times = (now, now + day, now + 2 * day, now + 3 * day)
    wish = PresalePlan(world.party.scene.variant_id, 9, 1, 10_000, 1, *times)
    return presales.open_presale(shop_id=world.shop.id, wish=wish, by=None)


def _flash(world: consoles.World) -> str:
    """A flash sale item of the shop, made once."""
    known = Item.objects.filter(shop_id=world.shop.id).first()
    if known:
        return known.code
    now = clock.now()
    slot = flash.open_slot(
        title={"en": "Noon"}, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2), by=None
    )
    variant, units = world.party.scene.variant_id, 1
    wish = Wish(slot_code=slot, variant_id=variant, price_minor=1, allocation=units)
    return flash.enrol(shop_id=world.shop.id, wish=wish)


def _review(world: consoles.World) -> str:
    """A review of the shop's goods, made once."""
    known = Review.objects.filter(shop_id=world.shop.id).first()
    return known.code if known else bought.review(world.party.scene)


def _bundle(world: consoles.World) -> str:
    """A proposal to the shop, made once."""
    row, _ = Bundle.objects.get_or_create(
        shop_id=world.shop.id,
        first=[world.party.scene.product_id],
        then=[world.party.scene.product_id + 1],
        defaults={
            "baskets": 5, "support_bps": 100, "confidence_bps": 5000, "lift": 2.0, "false_bps": 10,
            "gain_minor": 100, "currency": "CNY", "found_at": clock.now(),
        },
    )  # fmt: skip
    return row.code


def _timed(world: consoles.World) -> str:
    """A price the shop is asked for, made once."""
    known = TimedPrice.objects.filter(shop_id=world.shop.id).first()
    if known:
        return known.code
    begins = clock.now() + timedelta(days=1)
    windows = [Window(begins, begins + timedelta(hours=6))]
    wish = Proposal("n", world.shop.id, (world.party.scene.product_id,), 1_000, windows)
    return timed_prices.propose(proposal=wish, by=None)


def _question(world: consoles.World) -> str:
    known = Question.objects.filter(shop_id=world.shop.id).first()
    product = world.party.scene.product_id
    return known.code if known else reviews.ask(author_id=world.shopper.id, product_id=product, text="甜吗？")


def addresses(world: consoles.World) -> Iterator[tuple[str, str]]:
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        name = str(pattern.name)
        yield name, reverse(f"merchant:{name}", kwargs=arguments(world, name))


def test_acc_107_every_address_is_for_staff_of_the_shop_alone(world: consoles.World) -> None:
    secrets = (world.ready, world.shipped, "王小柿", "13800138000")
    for name, url in addresses(world):
        for method in ("get", "post"):
            anonymous = getattr(world.client("anonymous"), method)(url)
            assert (anonymous.status_code, anonymous.headers["Location"][:12]) == (302, "/login/?next"), url
            for role in ("shopper", "operator"):
                answer = getattr(world.client(role), method)(url)
                assert answer.status_code == 403, (role, method, url)
        if name in OBJECTS:
            client = world.client("other_staff")
            assert {client.get(url).status_code, client.post(url).status_code} <= {404, 405}, url
            assert 404 in {client.get(url).status_code, client.post(url).status_code}, url
        other = world.client("other_staff").get(url)
        # The refusal's own language switch names the address that was asked for.
        told = other.getvalue().decode().replace(url, "")
        assert not [word for word in secrets if word in told], url
        answer = world.client("staff").get(url)
        assert answer.status_code == (405 if name in ONLY_POST else 200), url
    assert [entry for entry in audit.list_entries() if entry.actor_id is not None] == []
    assert trade.state(world.ready) == "paid"
    assert play_queries.get_offer(world.party.offer.code).status == "on"


def test_acc_110_a_new_address_with_an_object_must_be_listed() -> None:
    with_objects = {
        str(p.name) for p in urls.urlpatterns if isinstance(p, URLPattern) and "<" in str(p.pattern)
    }

    assert with_objects == OBJECTS


def test_acc_108_a_batch_cannot_reach_another_shops_orders(world: consoles.World) -> None:
    client = world.client("other_staff")

    client.post(
        "/m/orders/ship/", {"pick": [world.ready], "carrier": "sf", f"tracking-{world.ready}": "SF00001111"}
    )

    assert trade.state(world.ready) == "paid"
    assert audit.list_entries() == []


def test_acc_108_prices_and_stock_of_another_shop_stay(world: consoles.World) -> None:
    variant = world.party.scene.variant_id
    before = inventory_queries.list_available([variant])

    answer = world.client("other_staff").post(
        "/m/goods/save/", {f"stock-{variant}": "9999", f"was-stock-{variant}": "1"}
    )

    assert answer.status_code == 404
    assert inventory_queries.list_available([variant]) == before


def test_acc_108_an_upload_belongs_to_the_shop_that_made_it(world: consoles.World) -> None:
    code = bring(world)

    assert world.client("staff").get(f"/m/goods/import/{code}/").status_code == 200
    assert world.client("other_staff").get(f"/m/goods/import/{code}/").status_code == 404
    assert world.client("other_staff").post(f"/m/goods/import/{code}/", {"do": "cancel"}).status_code == 404
    assert import_queries.get_import(shop_id=world.shop.id, code=code).is_open
    assert world.client("staff").get(f"/m/goods/import/{code}x/").status_code == 404


def test_somebody_at_two_shops_sees_one_at_a_time(world: consoles.World) -> None:
    merchants.add_staff(shop_id=world.other.shop.id, person_id=world.staff_id)
    client = world.client("staff")
    first = consoles.body(client, "/m/orders/")

    client.post("/m/shop/", {"shop": world.other.shop.code})
    second = consoles.body(client, "/m/orders/")
    client.post("/m/shop/", {"shop": "nonsense"})

    assert world.ready in first
    assert world.foreign not in first
    assert world.foreign in second
    assert world.ready not in second
    assert client.get(f"/m/orders/{world.ready}/").status_code == 404
    assert client.get(f"/m/orders/{world.foreign}/").status_code == 200

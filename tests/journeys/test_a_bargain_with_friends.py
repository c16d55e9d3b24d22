"""Friends cut a price and the starter buys; likes earn a piece; a draw is checked by its reader."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.journeys.conftest import Town

from jishi.goods.catalog.models import Variant
from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries.contracts import LotteryDraft, PrizeDraft
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.models import Rally


def offer(town: Town, mechanic: str, floor: int, **params: int) -> str:
    variant = Variant.objects.order_by("pk").select_related("product").first()
    assert variant is not None
    User.objects.update(joined_at=clock.now() - timedelta(days=9))
    made = plays.create_offer(
        shop_id=variant.product.shop_id,
        product_id=variant.product_id,
        mechanic=mechanic,
        params=params,
        prices={variant.pk: floor},
        starts_at=clock.now() - timedelta(hours=1),
    )
    return made.code


@pytest.mark.parametrize("scripts", [True, False])
def test_friends_cut_the_price_to_the_floor_and_it_is_bought(town: Town, scripts: bool) -> None:
    code = offer(town, "bargain", 500, helpers=2)
    starter, first, second = town.street.people[:3]
    mine = town.phone_of(starter, scripts=scripts)
    mine.open(f"/o/{code}/")
    mine.press("form button.primary")
    mine.page.wait_for_url("**/b/**")
    link = mine.page.url

    for friend in (first, second):
        theirs = town.phone_of(friend, scripts=scripts)
        theirs.open(link)
        theirs.press(".acts form button.primary")
        theirs.page.wait_for_selector("[data-screen=helped]")
    mine.open(link)
    mine.page.wait_for_selector("[data-screen=own_pay]")
    mine.press(".acts button.primary")
    mine.page.wait_for_url("**/checkout/**")
    mine.place()
    mine.pay()
    town.catch_up()

    assert Rally.objects.get().state == "bought"
    mine.open(link)
    mine.page.wait_for_selector("[data-screen=own_bought]")
    town.assert_books_are_whole()
    assert [phone.faults for phone in town.phones] == [[]] * len(town.phones)


def test_likes_of_friends_earn_a_piece(town: Town) -> None:
    code = offer(town, "like_collect", 100, goal=1)
    starter, friend = town.street.people[:2]
    mine, theirs = town.phone_of(starter, scripts=True), town.phone_of(friend, scripts=True)
    mine.open(f"/o/{code}/")
    mine.press("form button.primary")
    mine.page.wait_for_url("**/b/**")
    theirs.open(mine.page.url)
    theirs.press(".acts form button.primary")
    theirs.page.wait_for_selector("[data-screen=helped]")

    # The page is open: it hears of the help by itself.
    mine.page.wait_for_selector("[data-screen=own_pay]")

    assert Rally.objects.get().state == "won"
    town.assert_books_are_whole()
    assert [phone.faults for phone in town.phones] == [[]] * len(town.phones)


def test_a_reader_downloads_the_proof_and_the_script_and_checks_the_draw(town: Town, tmp_path: Path) -> None:
    variant = Variant.objects.order_by("pk").select_related("product").first()
    assert variant is not None
    now = clock.now()
    code = lotteries.publish(
        shop_id=variant.product.shop_id,
        draft=LotteryDraft(
            title="开箱抽奖",
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
            prizes=(PrizeDraft(variant_id=variant.pk, quantity=1),),
        ),
    )
    phones = [town.phone_of(one, scripts=True) for one in town.street.people[:2]]
    for phone in phones:
        phone.open(f"/lotteries/{code}/")
        phone.press("form button.primary")
        phone.page.wait_for_selector("[data-screen=entered]")
    lotteries.draw_due(now + timedelta(hours=2))

    reader = phones[0]
    reader.open(f"/lotteries/{code}/proof/")
    reader.page.wait_for_selector("[data-sound=yes]")
    saved = []
    for selector, name in (("a[href$='proof.json']", "proof.json"), ("a[href$='.py']", "verify_draw.py")):
        with reader.page.expect_download() as coming:
            reader.press(selector)
        coming.value.save_as(tmp_path / name)
        saved.append(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-I", str(saved[1]), str(saved[0])], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 entries, 1 winners" in done.stdout
    proof = json.loads(saved[0].read_text(encoding="utf-8"))
    proof["entries"] = proof["entries"][:1]
    saved[0].write_text(json.dumps(proof), encoding="utf-8")
    forged = subprocess.run(
        [sys.executable, "-I", str(saved[1]), str(saved[0])], capture_output=True, text=True, check=False
    )
    assert forged.returncode == 1
    assert [phone.faults for phone in town.phones] == [[]] * len(town.phones)

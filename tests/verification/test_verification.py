"""The verifier finds what it claims to find."""

import json

import pytest
from tests.factories import trade

import jishi.verification as verification
from jishi.goods.catalog.models import Variant
from jishi.trade.orders.models import OrderLine


def test_an_empty_installation_is_sound(transactional_db, capsys):
    assert verification.main(as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["broken"] == 0
    wanted = {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I10", "I12"}
    assert {check["id"] for check in report["checks"]} >= wanted


@pytest.mark.parametrize("as_json", [True, False])
def test_every_statement_runs(transactional_db, capsys, as_json):
    verification.main(as_json=as_json)

    assert capsys.readouterr().out


def test_a_copy_that_left_what_it_is_a_copy_of_is_found(db):
    scene = trade.scene()
    other = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    assert not sum(one.broken for one in verification.run())

    product_id = Variant.objects.get(pk=other.variant_id).product_id
    OrderLine.objects.filter(order__code=placed.order_codes[0]).update(product_id=product_id)

    broken = [one.title for one in verification.run() if one.broken]
    assert broken == ["a line names the product of its variant, an adjustment the variant of a line"]

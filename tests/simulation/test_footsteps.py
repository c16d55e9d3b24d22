"""Footsteps of the demo world: every event is taken, once, and a purchase has the visit that led to it."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.factories import trade

from jishi.goods.catalog import queries as catalog
from jishi.insight.behavior import queries as behavior
from jishi.insight.behavior.models import DeadLetter
from jishi.kernel import clock
from jishi.simulation.demo import footsteps
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware

pytestmark = pytest.mark.django_db


def test_every_footstep_is_taken_once_and_a_purchase_has_its_visit(settings: Any, tmp_path: Path) -> None:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    until = clock.now()
    scene = trade.scene(stock=20)
    placed = trade.place(scene.buyer, (scene.variant_id, 1), at=until - timedelta(days=2))
    trade.pay(placed, at=until - timedelta(days=2) + timedelta(minutes=1))
    product = catalog.get_product(scene.product_id, language="en")
    ware = Ware(scene.product_id, product.code, scene.shop.id, (scene.variant_id,), (1000,), None, 0, 0)
    crowd = Crowd({}, tuple(trade.buyer().id for _ in range(6)), {}, {}, {})

    taken = footsteps.walk(random.Random(3), crowd, [ware] * 5, until=until)

    assert taken > 3000
    assert (behavior.lake().rows, DeadLetter.objects.count()) == (taken, 0)
    assert footsteps.walk(random.Random(3), crowd, [ware] * 5, until=until) == 0

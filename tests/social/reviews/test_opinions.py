"""The demo world's opinions: mixed, quick, and through the same door as everybody's."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from tests.factories import bought, jotted, trade
from tests.factories.bought import RECEIVED

from jishi.simulation.demo import opinions
from jishi.simulation.demo.people import Crowd
from jishi.social.reviews import queries
from jishi.social.reviews.models import Answer, Question, Review

pytestmark = pytest.mark.django_db


def test_buyers_of_the_demo_speak_and_are_rated() -> None:
    scene = trade.scene(stock=30)
    people = [bought.buyer() for _ in range(6)]
    for one in people:
        bought.receive(scene, one)
    readers = [bought.buyer().id for _ in range(4)]
    crowd = Crowd(
        {"shopper": scene.buyer.id, "operator": jotted.person(is_operator=True)},
        tuple(readers * 60),
        {},
        {},
        {},
    )

    opinions.speak(random.Random(1), crowd, until=RECEIVED + timedelta(days=20))

    assert Review.objects.count() == 6
    assert len(set(Review.objects.values_list("stars", flat=True))) > 1
    assert (Question.objects.count(), Answer.objects.count()) == (6, 4)
    assert queries.summary(scene.product_id).count == 6

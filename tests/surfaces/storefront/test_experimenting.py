"""A page asks for its arm and says where it was shown: once, only if it was, and to nobody who objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.factories import jotted
from tests.insight.experiments import kit

from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import Arm, ArmKind
from jishi.insight.experiments.models import Exposure
from jishi.people.accounts.models import User
from jishi.surfaces.storefront import experimenting

pytestmark = pytest.mark.django_db
TASTE = "/picks/like_you/"


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    queries.forget_running()
    experimenting.forget_noted()
    yield
    queries.forget_running()
    experimenting.forget_noted()


def signed_in() -> tuple[Client, int]:
    client, person = Client(), jotted.person()
    client.force_login(User.objects.get(pk=person), backend="django.contrib.auth.backends.ModelBackend")
    return client, person


def cart(client: Client, **headers: Any) -> str:
    page = client.get("/cart/", headers=headers)
    assert page.status_code == 200
    return page.content.decode()


def test_everybody_gets_their_arm_and_is_noted_once() -> None:
    code = kit.start(arms=(*kit.DRAFT.arms, Arm("nobody", ArmKind.HOLDOUT)))
    seen: dict[str, bool] = {}
    for _ in range(40):
        client, person = signed_in()
        found = queries.assign("cart.empty", person_id=person)
        assert found is not None
        seen.setdefault(found.arm, "like_you" in cart(client))
        cart(client)
        if len(seen) == 3:
            break

    assert seen == {"plain": False, "taste": True, "nobody": False}
    counts = queries.count_arms(code)
    assert set(counts) == {"plain", "taste", "nobody"}
    assert Exposure.objects.count() == sum(counts.values())


def test_without_an_experiment_the_page_is_as_it_always_was() -> None:
    client, _ = signed_in()

    assert "like_you" not in cart(client)
    assert Exposure.objects.count() == 0


def test_prv_who_may_not_be_followed_takes_part_in_nothing() -> None:
    kit.start(arms=(Arm("a", ArmKind.CONTROL, 1, {"shows": "taste"}), Arm("b", payload={"shows": "taste"})))
    client, _ = signed_in()

    body = cart(client, **{"Sec-GPC": "1"})

    assert "like_you" not in body
    assert Exposure.objects.count() == 0


def test_a_page_fetched_ahead_and_a_place_that_is_not_there_count_for_nothing() -> None:
    kit.start()
    client, person = signed_in()

    cart(client, **{"Sec-Purpose": "prefetch"})
    ahead = Exposure.objects.count()
    found = queries.assign("cart.empty", person_id=person)
    page = client.get("/login/")
    request = page.wsgi_request
    experimenting.note(request, page, found)  # type: ignore[arg-type]

    assert (ahead, Exposure.objects.count()) == (0, 0)
    cart(client)
    assert Exposure.objects.get().person_id == person

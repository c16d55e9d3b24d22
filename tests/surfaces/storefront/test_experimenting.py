"""A page asks for its arm and says where it was shown: once, only if it was, and to nobody who objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories import jotted
from tests.insight.experiments import kit

from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries as merchandising_queries
from jishi.growth.merchandising.contracts import Block, LandingDraft, PlacementDraft
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import ports, queries
from jishi.insight.experiments.contracts import Arm, ArmKind
from jishi.insight.experiments.models import Exposure, Load
from jishi.kernel import clock
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


def arms_of(place: str, *shown: str) -> dict[str, Any]:
    first, *others = shown
    control = Arm("usual", ArmKind.CONTROL, 1, {"shows": first})
    variants = [Arm(f"v{n}", payload={"shows": one}) for n, one in enumerate(others)]
    return {"slot": place, "arms": (control, *variants)}


def test_a_slot_shows_what_its_arm_says_and_counts_for_every_arm() -> None:
    words = {"zh-hans": "甲", "en": "One"}
    codes = []
    for number in range(5):
        title = {"zh-hans": f"横幅{number}", "en": f"Banner {number}"}
        draft = PlacementDraft(slot="home.banner", title=title, text=words, url="/hot/", priority=number)
        codes.append(merchandising.place(natural_key=f"k{number}", draft=draft, by=None))
    last = codes[0]
    assert (last, "Banner 0") in ports.slots("en")["slot.home.banner"].choices
    started = kit.start(**arms_of("slot.home.banner", "usual", "nothing", last))
    seen: dict[str, set[str]] = {}
    for _ in range(40):
        client, person = signed_in()
        found = queries.assign("slot.home.banner", person_id=person)
        assert found is not None
        body = client.get("/en/").content.decode()
        seen.setdefault(found.arm, {f"Banner {n}" for n in range(5) if f"Banner {n}" in body})
        if len(seen) == 3:
            break

    assert seen["usual"] == {f"Banner {n}" for n in (1, 2, 3, 4)}
    assert (seen["v0"], seen["v1"]) == (set(), {"Banner 0"})
    assert set(queries.count_arms(started)) == {"usual", "v0", "v1"}


def test_a_popup_counts_where_it_was_painted_and_its_arms_meet_the_same_people() -> None:
    words = {"zh-hans": "甲", "en": "One"}
    codes = [
        merchandising.place(
            natural_key=f"p{n}",
            draft=PlacementDraft(slot="popup", title=words, text=words, url="/hot/", priority=n),
            by=None,
        )
        for n in range(2)
    ]
    place, pop = "slot.popup", "/surveys/pop/?page=home&view=2"
    assert [one for one, _ in ports.slots("en")[place].choices] == ["usual", "nothing", *reversed(codes)]
    started = kit.start(**arms_of(place, "usual", "nothing", codes[0]))
    seen: dict[str, list[str]] = {}
    for _ in range(40):
        client, person = signed_in()
        found = queries.assign(place, person_id=person)
        assert found is not None
        if found.arm in seen:
            continue
        assert client.get("/surveys/pop/?page=home&view=1").status_code == 204
        client.post("/slots/met/")
        body = client.get(pop).content.decode()
        assert f'data-place="{place}"' in body
        seen[found.arm] = [one for one in codes if one in body]
        assert not Exposure.objects.filter(person_id=person).exists()  # handed over is not shown
        assert client.post("/slots/met/", headers={"DNT": "1"}).status_code == 204
        assert not Exposure.objects.filter(person_id=person).exists()
        again = Client()
        again.force_login(User.objects.get(pk=person), backend="django.contrib.auth.backends.ModelBackend")
        assert again.get(pop).status_code == 204  # the moment of the day is over, in every arm
        again.post("/slots/met/")
        assert not Exposure.objects.filter(person_id=person).exists()
        if len(seen) == 3:
            break

    assert seen == {"usual": [codes[1]], "v0": [], "v1": [codes[0]]}
    assert merchandising_queries.tallies(codes)[codes[0]].times == 1
    assert queries.count_arms(started) == {}
    client, person = signed_in()
    client.get(pop)
    for _ in range(2):
        client.post("/slots/met/")
    assert Exposure.objects.get().person_id == person
    experiments.pause(code=started, by=None)
    queries.forget_running()
    client, _ = signed_in()
    body = client.get(pop).content.decode()
    client.post("/slots/met/")
    assert codes[1] in body and "data-place" not in body and Exposure.objects.count() == 1


def published(slug: str) -> str:
    """A landing page with its title as its only block."""
    title = {"zh-hans": slug, "en": f"The {slug} page"}
    code = merchandising.create_page(draft=LandingDraft(slug=slug, title=title, summary=title), by=None)
    block = Block("t1", "text", title=title, text=title)
    merchandising.put_blocks(code=code, blocks=(block,), revision=1, by=None)
    merchandising.ask_publishing(code=code, revision=2, by=jotted.person())
    merchandising.publish(code=code, revision=2, by=jotted.person())
    return code


def test_an_address_shows_another_page_to_some() -> None:
    autumn, harvest = published("autumn"), published("harvest")
    place = f"page.{autumn}"
    assert (harvest, "The harvest page") in ports.slots("en")[place].choices
    kit.start(**arms_of(place, "usual", harvest))
    seen: dict[str, str] = {}
    for _ in range(24):
        client, person = signed_in()
        found = queries.assign(place, person_id=person)
        assert found is not None
        body = client.get("/en/l/autumn/").content.decode()
        seen[found.arm] = "harvest" if "The harvest page" in body else "autumn"

    assert seen == {"usual": "autumn", "v0": "harvest"}
    assert Exposure.objects.count() == 24


def test_how_long_a_page_took_is_kept_of_those_who_take_part() -> None:
    kit.start(measures=("buyers", "load_ms"))
    client, person = signed_in()
    tell = {"place": "cart.empty", "ms": "1240"}

    assert client.post("/slots/loaded/", tell).status_code == 204
    for wrong in ({"ms": "0"}, {"ms": "99999999"}, {"ms": "x"}, {"place": "elsewhere"}):
        client.post("/slots/loaded/", tell | wrong)
    client.post("/slots/loaded/", tell, headers={"DNT": "1"})
    Client().post("/slots/loaded/", tell)

    assert list(Load.objects.values_list("person_id", "ms")) == [(person, 1240)]
    assert experiments.forget_loads(at=clock.now() + timedelta(days=121)) == 1

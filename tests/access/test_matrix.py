"""The matrix: every address, for nobody, for its owner, for another shopper, for shops' staff."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from tests.access import matrix
from tests.factories import trade

pytestmark = pytest.mark.django_db
STRANGERS = ("other_staff", "staff", "operator")
"""Signed in, and none of them owns the thing: rights in one surface open nothing in another."""
CLOSED = {403, 404, 405}
EVIL = [
    "https://evil.test",
    "//evil.test",
    "////evil.test",
    "/\\evil.test",
    "%2F%2Fevil.test",
    "javascript:x",
]


@pytest.fixture
def things(settings, tmp_path) -> matrix.Things:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return matrix.build()


def test_acc_110_every_address_has_an_owner_in_the_table() -> None:
    assert matrix.unlisted() == []
    assert matrix.stale() == []


def test_acc_110_an_unlisted_address_is_found() -> None:
    storefront = next(
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and entry.namespace == "storefront"
    )
    planted: URLPattern = path("planted/<slug:code>/", lambda request, code: None, name="planted")
    storefront.url_patterns.append(planted)
    try:
        assert matrix.unlisted() == ["storefront:planted planted/<slug:code>/"]
    finally:
        storefront.url_patterns.remove(planted)


def test_acc_107_nobody_reaches_what_belongs_to_somebody(things: matrix.Things) -> None:
    client = things.world.client("anonymous")

    for name in matrix.OWNED:
        for method in ("get", "post"):
            answer = getattr(client, method)(things.url(name))
            to_door = answer.status_code == 302 and answer.headers["Location"].startswith("/login/")
            assert to_door or answer.status_code in CLOSED, (name, method, answer.status_code)
            assert matrix.SECRET not in answer.content.decode(), (name, method)


@pytest.mark.parametrize("role", STRANGERS)
def test_acc_107_strangers_do_not_reach_it_either(things: matrix.Things, role: str) -> None:
    client, before = things.world.client(role), things.count_all()
    owned = {things.url(name) for name in matrix.OWNED}

    for name in matrix.OWNED:
        if role in matrix.AT_WORK.get(name, ()):
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(things.url(name))
            if answer.status_code == 302:
                # A form goes back to its page with a refusal: a page of this table, so judged by itself.
                assert answer.headers["Location"].partition("#")[0] in owned, (name, method)
            else:
                assert answer.status_code in CLOSED, (name, method, answer.status_code)
            assert matrix.SECRET not in answer.content.decode(), (name, method)
    assert trade.state(things.world.ready) == "paid"
    assert things.count_all() == before


def test_the_owner_reaches_it(things: matrix.Things) -> None:
    client = things.world.client("shopper")

    shut = [name for name in matrix.OWNED if client.get(things.url(name)).status_code in (401, 403)]

    assert shut == []


def test_acc_107_pages_about_oneself_ask_who_it_is(things: matrix.Things) -> None:
    client = things.world.client("anonymous")

    for name in sorted(matrix.PERSON):
        url = _plain(name)
        statuses = {client.get(url).status_code, client.post(url).status_code}
        assert statuses <= {302, 401, 405}, (name, statuses)
        assert statuses & {302, 401}, name
        door = client.get(url)
        assert door.status_code != 302 or door.headers["Location"].startswith("/login/"), name


@pytest.mark.parametrize(
    "trick",
    ["/login/;/../ops/", "/OPS/", "/ops/..;/ops/", "/%6fps/", "/ops%2f", "/./ops/", "/ops/;x", "/m/;a=b/"],
)
def test_acc_118_tricks_with_paths_open_nothing(things: matrix.Things, trick: str) -> None:
    for role in ("anonymous", "shopper"):
        answer = things.world.client(role).get(trick)

        assert answer.status_code in (302, 403, 404), (role, trick, answer.status_code)
        assert things.world.ready not in answer.content.decode()


@pytest.mark.parametrize(
    "onward",
    ["https://evil.test", "//evil.test", "////evil.test", "/\\evil.test", "%2F%2Fevil.test", "javascript:x"],
)
@pytest.mark.parametrize("door", ["/preferences/language/", "/preferences/theme/"])
def test_acc_116_switches_stay_on_the_site(things: matrix.Things, door: str, onward: str) -> None:
    answer = things.world.client("shopper").post(door, {"next": onward, "language": "en", "theme": "dark"})

    target = answer.headers.get("Location", "/")
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))


WITH_A_CODE = (
    "review_vote", "question_answer", "question_do", "flash_buy", "flash_remind", "rally_start", "rally_help",
    "lottery_enter", "round_order", "collection", "collection_renew", "leader_point", "leader_hand_out",
    "presale_reserve", "presale_withdraw", "team_let_go", "leader_take_back",
)  # fmt: skip


def _plain(name: str) -> str:
    """An address about oneself; where it names a thing, any name will do for somebody not signed in."""
    some = {
        **{name: {"code": "abcdefghjkmn"} for name in WITH_A_CODE},
        "product_wait": {"ref": "abcdefghjkmn"},
        "report": {"kind": "note", "code": "abcdefghjkmn"},
        "message_person": {"code": "abcdefghjkmn"},
        "why_hide": {"slate": "abcdefghjkmn", "position": 1},
        "message_shop": {"slug": "some-shop"},
        "challenge_choose": {"entry_code": "abcdefghjkmn"},
        "challenge_enter": {"code": "abcdefghjkmn"},
        "person_remark": {"code": "abcdefghjkmn"},
        "person_act": {"code": "abcdefghjkmn", "verb": "follow"},
    }
    if name.startswith("community_") and name != "community_new":
        some[name] = {"slug": "some-place"}
    return reverse(f"storefront:{name}", kwargs=some.get(name, {}))

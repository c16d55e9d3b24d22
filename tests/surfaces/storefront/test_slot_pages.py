"""Slots on pages with few statements, pop-ups with manners, landing pages, regions, first steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import consoles, jotted, plays, trade

from jishi.goods.catalog.models import Product
from jishi.growth.merchandising import operations as slots
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import Block, LandingDraft, PlacementDraft
from jishi.growth.merchandising.models import Seen
from jishi.growth.onboarding import operations as onboarding
from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.shares import operations as shares

pytestmark = pytest.mark.django_db
BOTH = {"zh-hans": "桂花季", "en": "Osmanthus season"}


def put(slot: str, key: str = "", **changes: object) -> str:
    draft = PlacementDraft(slot=slot, title=BOTH, text=BOTH, url="/search/?q=tea")
    return slots.place(natural_key=key or slot, draft=replace(draft, **changes), by=None)  # type: ignore[arg-type]


def browser(person: int | None = None) -> Client:
    client = Client()
    client.get("/region/")
    if person is not None:
        client.force_login(User.objects.get(pk=person), backend=consoles.BACKEND)
    return client


def statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len([one for one in asked if "merchandising" in one["sql"] or "onboarding" in one["sql"]])


def test_slots_cost_each_page_one_statement_and_stand_there_in_both_languages() -> None:
    scene = trade.scene()
    product = Product.objects.get(pk=scene.product_id)
    for slot in ("home.banner", "home.card", "me.card"):
        put(slot)
    strip = put("product.strip")
    put("home.collection", product_ids=(product.pk,), url="", regions=("east",))
    person = jotted.person(days=1)
    onboarding.enrol_new(clock.now())
    me, nobody = browser(person), browser()

    for client, url in ((me, "/"), (nobody, "/"), (me, "/me/")):
        consoles.body(client, url)
        assert statements(client, url) == 1, url

    assert me.get("/").content.decode().count("data-slot=") == 2
    assert "/slots/strip/" in consoles.body(me, f"/p/{product.code}/")
    assert "桂花季" in consoles.body(me, "/slots/strip/")
    assert queries.tallies([strip])[strip].times == 1
    assert "start-card" in me.get("/").content.decode()
    assert "start-card" not in nobody.get("/").content.decode()
    english = nobody.get("/en/").content.decode()
    assert 'href="/en/search/?q=tea"' in english
    assert "Osmanthus season" in english
    for client in (me, nobody):
        assert client.post("/region/", {"region": "zhejiang"}).status_code == 302
        home = client.get("/").content.decode()
        assert "slot-pinned" in home
        assert product.code in home
    nobody.post("/region/", {"region": "../x"})
    assert "slot-pinned" not in nobody.get("/").content.decode()


def test_a_popup_waits_for_the_second_page_stays_off_buying_and_is_remembered() -> None:
    code = put("popup", url="/hot/")
    me = browser(jotted.person())

    assert me.get("/surveys/pop/?page=home&view=1").status_code == 204
    assert me.get("/surveys/pop/?page=home").status_code == 204
    for page in ("cart", "checkout", "pay", "buy", "login", "landing"):
        assert me.get(f"/surveys/pop/?page={page}&view=9").status_code == 204
    assert not Seen.objects.exists()
    shown = me.get("/surveys/pop/?page=home&view=2", headers={"HX-Request": "true"})
    assert f"/slots/{code}/away/" in shown.content.decode()
    assert Seen.objects.get().total == 1
    assert me.get("/surveys/pop/?page=home&view=3").status_code == 204
    assert me.post(f"/slots/{code}/away/").status_code == 302
    again = browser(me.session["_auth_user_id"] and int(me.session["_auth_user_id"]))
    assert again.get("/surveys/pop/?page=home&view=2").status_code == 204
    quiet = Client(headers={"Sec-GPC": "1"})
    assert quiet.get("/surveys/pop/?page=home&view=2").status_code == 204
    quiet.post("/slots/seen/", {"slot": [code]})
    assert Seen.objects.count() == 1


def test_what_was_seen_and_followed_is_counted_within_limits() -> None:
    code = put("home.banner", per_day=1, in_all=1)
    me = browser(jotted.person())
    assert "桂花季" in me.get("/").content.decode()

    for _ in range(3):
        assert me.post("/slots/seen/", {"slot": [code, "none", "x" * 50]}).status_code == 204
    me.post("/slots/seen/", {"slot": [code], "act": "click"})

    tally = queries.tallies([code])[code]
    assert (tally.people, tally.times, tally.clicked) == (1, 1, 1)
    assert "桂花季" not in me.get("/").content.decode()
    assert me.get("/slots/seen/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/slots/seen/", {"slot": [code]}).status_code == 403


def test_inp_122_a_landing_page_of_every_block_shares_signs_up_and_stays_harmless() -> None:
    end = clock.now() + timedelta(days=2)
    party = plays.party(ends_at=end)
    party.start(trade.buyer(), at=clock.now())
    product = Product.objects.get(pk=party.scene.product_id)
    note = jotted.note(jotted.person())
    nasty = {"zh-hans": "<script>alert(1)</script>", "en": "<img src=x onerror=alert(1)>"}
    code = slots.create_page(
        draft=LandingDraft(slug="tea-days", title=nasty, summary=BOTH, ends_at=end), by=None
    )
    blocks = (
        Block("a", "text", title=nasty, text=nasty),
        Block("b", "goods", title=BOTH, codes=(product.code,)),
        Block("c", "notes", codes=(note,)),
        Block("d", "teams", codes=(product.code,)),
        Block("e", "countdown", until="page"),
        Block("f", "sign_up", title=BOTH, text=BOTH),
    )
    slots.put_blocks(code=code, blocks=blocks, revision=1, by=None)
    nobody, me = browser(), browser(jotted.person())
    team = browser(jotted.person(is_operator=True))
    assert nobody.get("/l/tea-days/").status_code == me.get(f"/l/preview/{code}/").status_code == 404
    assert "<script>alert" not in consoles.body(team, f"/l/preview/{code}/")
    slots.ask_publishing(code=code, revision=2, by=jotted.person())
    slots.publish(code=code, revision=2, by=jotted.person())

    page = consoles.body(nobody, "/l/tea-days/")

    assert "<script>alert" not in page
    assert '<meta property="og:title" content="&lt;script&gt;' in page
    for wanted in (product.code, note, "count-down", "/login/?next=/l/tea-days/", 'rel="canonical"'):
        assert wanted in page, wanted
    assert "onerror=alert(1)&gt;" in consoles.body(nobody, "/en/l/tea-days/")
    assert nobody.post("/l/tea-days/list/", {"agreed": "1"}).headers["Location"].startswith("/login/")
    assert me.post("/l/tea-days/list/", {}).status_code == 422
    me.post("/l/tea-days/list/", {"agreed": "1"})
    assert queries.get_page(code).sign_ups == 1
    assert "/l/tea-days/leave/" in consoles.body(me, "/l/tea-days/")
    me.post("/l/tea-days/leave/")
    assert queries.get_page(code).sign_ups == 0
    assert nobody.post("/share/landing/tea-days/").status_code == 200
    link = shares.create_link(sharer_id=None, kind="landing", key="tea-days")
    assert nobody.get(f"/r/{link.code}/").headers["Location"] == "/l/tea-days/"
    assert nobody.post("/share/landing/nothing/").status_code == 404


def test_first_steps_are_shown_with_their_doors_and_can_be_closed() -> None:
    me = browser(jotted.person(days=1))
    onboarding.enrol_new(clock.now())
    page = consoles.body(me, "/start/")
    assert page.count('class="box"') >= 4

    me.post("/start/away/")

    assert "start-card" not in me.get("/").content.decode()
    assert "first-steps" not in consoles.body(me, "/start/")
    assert browser().get("/start/").status_code == 302

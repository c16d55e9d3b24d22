"""My page, addresses, settings and the inbox: what they show, to whom, in both languages."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from jishi.people.accounts import operations, queries
from jishi.people.notifications import operations as notifications

pytestmark = pytest.mark.django_db

PASSWORD = "long-enough-secret"
MARKUP = '<script>alert("x")</script>'
FORM = {
    "recipient": "林小柿",
    "phone": "138 0013 8000",
    "region": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "line": "文三路 1 号",
    "country": "CN",
}


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "jishi.people.notifications.providers.InboxMailBackend"
    cache.clear()


def enter(name="Lan", **fields):
    client = Client()
    email = f"{name.lower()}@example.com" if name.isalnum() else "markup@example.com"
    person = operations.register(nickname=name, email=email, password=PASSWORD, **fields)
    client.post("/login/", {"login": email, "password": PASSWORD})
    return client, person


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/me/",
        "/me/profile/",
        "/me/news/",
        "/me/addresses/",
        "/me/addresses/new/",
        "/me/addresses/new/?country=other",
        "/me/settings/",
        "/inbox/",
        "/logout/",
        "/email/",
        "/phone/change/",
        "/password/change/",
        "/2fa/",
        "/3rdparty/",
    ],
)
def test_pages_about_oneself_render_under_a_strict_policy(path, language):
    client, _ = enter(language=language)

    page = client.get(path)

    html = page.content.decode()
    assert page.status_code == 200
    assert " style=" not in html and not re.search(r"\son[a-z]+=", html) and "<style" not in html
    assert "unsafe" not in page["Content-Security-Policy"]
    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in html


@pytest.mark.parametrize(
    "path",
    [
        "/me/",
        "/me/profile/",
        "/me/addresses/",
        "/me/addresses/new/",
        "/me/settings/",
        "/me/settings/my-data/",
    ],
)
def test_strangers_are_sent_to_the_door_and_back(path, client):
    answer = client.get(path)

    assert (answer.status_code, answer.url) == (302, f"/login/?next={path}")


def test_an_address_is_added_changed_made_first_and_removed():
    client, person = enter()

    assert client.post("/me/addresses/new/", FORM).url == "/me/addresses/"
    client.post("/me/addresses/new/", {**FORM, "line": "2"})
    second, first = sorted(queries.list_addresses(person.id), key=lambda a: a.is_default)
    client.post(f"/me/addresses/{first.code}/", {**FORM, "line": "新门牌"})
    client.post(f"/me/addresses/{second.code}/default/")
    page = client.get("/me/addresses/").content.decode()
    client.post(f"/me/addresses/{second.code}/remove/")

    assert "浙江省 杭州市 西湖区 新门牌" in page
    assert [(a.id, a.is_default) for a in queries.list_addresses(person.id)] == [(first.id, True)]


def test_an_address_abroad_is_asked_in_its_own_order():
    client, person = enter(language="en")
    form = {
        "recipient": "Lan",
        "phone": "+14155550100",
        "line": "1 Main St",
        "city": "Oakland",
        "region": "CA",
        "postal_code": "94607",
        "country": "US",
    }

    html = client.get("/me/addresses/new/?country=other").content.decode()
    client.post("/me/addresses/new/", form)

    assert html.index('name="line"') < html.index('name="city"') < html.index('name="country"')
    assert queries.find_default_address(person.id).one_line == "1 Main St, Oakland, CA 94607, US"


def test_a_wrong_address_keeps_what_was_typed_and_names_the_field():
    client, person = enter(language="en")

    page = client.post("/me/addresses/new/", {**FORM, "phone": "12", "city": "x" * 61})

    assert page.status_code == 422
    assert "文三路 1 号" in page.content.decode()
    assert queries.list_addresses(person.id) == ()


def test_checkout_gets_the_reader_back_after_a_new_address():
    client, _ = enter()

    assert client.post("/me/addresses/new/", {**FORM, "next": "/checkout/?a=1"}).url == "/checkout/?a=1"
    assert client.post("/me/addresses/new/", {**FORM, "next": "//evil.example"}).url == "/me/addresses/"


def test_acc_107_an_address_of_somebody_else_does_not_exist():
    owner, person = enter("Lan")
    owner.post("/me/addresses/new/", FORM)
    code = queries.find_default_address(person.id).code
    stranger, _ = enter("Mei")

    answers = [
        stranger.get(f"/me/addresses/{code}/"),
        stranger.post(f"/me/addresses/{code}/", FORM),
        stranger.post(f"/me/addresses/{code}/remove/"),
        stranger.post(f"/me/addresses/{code}/default/"),
    ]

    assert [a.status_code for a in answers] == [404] * 4
    assert queries.find_default_address(person.id).code == code


def test_inp_122_markup_in_a_name_is_shown_as_text_everywhere():
    client, person = enter(MARKUP)
    client.post("/me/addresses/new/", {**FORM, "recipient": MARKUP, "line": MARKUP})
    notifications.notify(person_id=person.id, kind="team_formed", params={"product": MARKUP})
    notifications.send_sms(phone="+8613800138000", text=MARKUP)

    for path in ("/me/", "/me/profile/", "/me/addresses/", "/me/news/", "/inbox/"):
        html = client.get(path).content.decode()
        assert MARKUP not in html and "&lt;script&gt;" in html


def test_the_inbox_shows_codes_ready_to_copy_newest_first(client):
    client.post("/login/code/", {"contact": "13800138000"})
    client.post("/login/code/", {"contact": "new@example.com"})

    html = client.get("/inbox/").content.decode()

    codes = re.findall(r"<output[^>]*>(\d{6})</output>", html)
    assert len(codes) == 2 and html.index("new@example.com") < html.index("+8613800138000")


def test_only_whoever_works_there_sees_the_doors_to_the_consoles():
    buyer, _ = enter("Lan")
    operator, _ = enter("Clerk", is_operator=True)

    assert 'href="/ops/"' not in buyer.get("/me/").content.decode()
    assert 'href="/ops/"' in operator.get("/me/").content.decode()


def test_my_data_holds_my_data_and_nobody_else_s():
    client, _ = enter("Lan")
    client.post("/me/addresses/new/", FORM)
    other, _ = enter("Mei")

    mine, theirs = client.get("/me/settings/my-data/").json(), other.get("/me/settings/my-data/").json()

    mine, theirs = mine["person"], theirs["person"]
    account = mine["accounts"]
    assert account["person"]["email"] == "lan@example.com"
    assert account["addresses"][0]["recipient"] == "林小柿"
    assert (
        theirs["accounts"]["addresses"] == []
        and "attachment" in client.get("/me/settings/my-data/")["Content-Disposition"]
    )


def test_the_page_costs_few_queries(django_assert_max_num_queries):
    client, _ = enter()
    client.get("/me/")

    with django_assert_max_num_queries(9):
        client.get("/me/")


def test_a_cart_filled_before_signing_in_comes_along(monkeypatch):
    seen = []
    from jishi.surfaces.storefront import arrival

    monkeypatch.setattr(
        arrival.checkout,
        "merge_cart",
        lambda *, person_id, session_key: seen.append((person_id, session_key)),
    )
    client = Client()
    client.get("/login/")
    visitor = client.cookies["jishi_visitor"].value
    person = operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    client.get("/me/")

    assert seen == [(person.id, visitor)]

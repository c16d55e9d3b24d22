"""Coming in by every way, as a browser does it: pages, codes from the inbox, limits, second factors."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connection
from django.test import Client

from jishi.people.accounts import operations, queries
from jishi.people.accounts.models import User
from jishi.people.notifications import queries as inbox

pytestmark = pytest.mark.django_db

PASSWORD = "long-enough-secret"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def mail_lands_in_the_inbox(settings):
    settings.EMAIL_BACKEND = "jishi.people.notifications.providers.InboxMailBackend"
    cache.clear()


def code_for(recipient):
    return inbox.list_inbox(recipient=recipient)[0].code


def signed_in(client):
    value = client.session.get("_auth_user_id")
    return int(value) if value else None


def ask(client, contact, **more):
    return client.post("/login/code/", {"contact": contact, **more})


def enter(client, code, **more):
    return client.post("/login/code/confirm/", {"code": code, **more})


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", ["/login/", "/login/code/", "/signup/", "/password/reset/"])
def test_pages_of_the_door_render_in_both_languages(client, path, language):
    client.cookies["jishi_language"] = language

    page = client.get(path)

    assert page.status_code == 200
    html = page.content.decode()
    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in html
    assert " style=" not in html and not re.search(r"\son[a-z]+=", html)


def test_a_code_by_text_signs_in_somebody_known():
    client, person = Client(), operations.register(nickname="Lan", phone="13800138000")

    assert ask(client, "138 0013 8000").url == "/login/code/confirm/"
    answer = enter(client, code_for("+8613800138000"))

    assert (answer.status_code, answer.url, signed_in(client)) == (302, "/", person.id)


def test_a_code_by_mail_signs_in_somebody_known():
    client, person = Client(), operations.register(nickname="Lan", email="lan@example.com")

    ask(client, "LAN@example.com")
    enter(client, code_for("lan@example.com"))

    assert signed_in(client) == person.id


@pytest.mark.parametrize("contact", ["13800138000", "new@example.com"])
def test_the_same_code_opens_an_account_for_somebody_new(contact):
    client = Client()

    ask(client, contact)
    stored = queries.read_contact(contact)[1]
    assert queries.count_people() == 1 and signed_in(client) is None
    enter(client, code_for(stored))

    user = User.objects.get(pk=signed_in(client))
    assert stored in (user.phone, user.email)
    assert user.phone_verified or user.emailaddress_set.filter(verified=True).exists()
    assert client.get("/me/").status_code == 200


def test_sign_up_asks_for_a_name_and_keeps_it():
    client = Client()

    client.post("/signup/", {"nickname": "小柿", "contact": "13800138000"})
    enter(client, code_for("+8613800138000"))

    assert queries.get_person(signed_in(client)).nickname == "小柿"
    assert Client().post("/signup/", {"contact": "13800138001"}).status_code == 200


def test_a_wrong_code_is_refused_and_three_end_the_attempt():
    client = Client()
    operations.register(nickname="Lan", phone="13800138000")
    ask(client, "13800138000")
    right = code_for("+8613800138000")
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    assert enter(client, wrong).status_code == 200
    assert enter(client, wrong).status_code == 200
    assert enter(client, wrong).status_code == 302
    enter(client, right)

    assert signed_in(client) is None


def test_a_code_works_only_in_the_browser_that_asked_for_it():
    victim, thief = Client(), Client()
    operations.register(nickname="Lan", phone="13800138000")
    ask(victim, "13800138000")

    enter(thief, code_for("+8613800138000"))

    assert signed_in(thief) is None


def test_acc_114_a_resend_flood_is_stopped_and_the_first_code_still_works():
    client, person = Client(), operations.register(nickname="Lan", phone="13800138000")
    ask(client, "13800138000")
    first = code_for("+8613800138000")

    for _ in range(8):
        client.post("/login/code/confirm/", {"action": "resend"})

    sent = inbox.list_inbox(recipient="+8613800138000")
    assert len(sent) == 5 and {message.code for message in sent} == {first}
    enter(client, first)
    assert signed_in(client) == person.id


def test_acc_114_a_flood_by_others_neither_sends_nor_voids_the_code():
    victim, person = Client(), operations.register(nickname="Lan", phone="13800138000")
    ask(victim, "13800138000")
    code = code_for("+8613800138000")

    answers = [ask(Client(REMOTE_ADDR=f"10.0.0.{n}"), "13800138000") for n in range(12)]

    assert [a.status_code for a in answers[:2]] == [302, 302] and answers[-1].status_code == 200
    assert len(inbox.list_inbox(recipient="+8613800138000")) == 5
    enter(victim, code)
    assert signed_in(victim) == person.id


def test_acc_114_one_sender_cannot_flood_many_numbers(monkeypatch):
    monkeypatch.setattr("jishi.people.accounts.codes.SENDER_LIMIT", ("codes.sender.hour", 3, 3600))

    for n in range(6):
        ask(Client(), f"1380013800{n}")

    assert len(inbox.list_inbox()) == 3 == queries.count_people()


def test_a_password_signs_in_by_number_and_by_address():
    person = operations.register(
        nickname="Lan", email="lan@example.com", phone="13800138000", password=PASSWORD
    )

    for login in ("lan@example.com", "LAN@Example.com", "138 0013 8000"):
        client = Client()
        client.post("/login/", {"login": login, "password": PASSWORD})
        assert signed_in(client) == person.id


def test_brute_force_on_one_account_is_locked_and_others_are_not():
    operations.register(nickname="Lan", phone="13800138000", password=PASSWORD)
    other = operations.register(nickname="Mei", phone="13900139000", password=PASSWORD)
    attacker, friend = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2")

    for n in range(10):
        attacker.post("/login/", {"login": "13800138000", "password": f"guess-{n}"})
    attacker.post("/login/", {"login": "13800138000", "password": PASSWORD})
    friend.post("/login/", {"login": "13900139000", "password": PASSWORD})

    assert signed_in(attacker) is None
    assert signed_in(friend) == other.id


def test_the_lock_counts_in_the_database_and_answers_with_a_page(settings):
    settings.ACCOUNT_RATE_LIMITS = False
    operations.register(nickname="Lan", phone="13800138000", password=PASSWORD)
    client = Client(REMOTE_ADDR="10.0.0.9")

    for n in range(8):
        page = client.post("/login/", {"login": "13800138000", "password": f"guess-{n}"})

    assert page.status_code == 429 and page["Retry-After"] == "900"
    from axes.models import AccessAttempt

    assert "13800138000" not in AccessAttempt.objects.get().username


def test_nobody_keeps_a_password_to_an_account_they_have_not_proven():
    client = Client()
    answer = client.post(
        "/api/auth/app/v1/auth/signup",
        {"email": "victim@example.com", "password": PASSWORD},
        content_type="application/json",
    )

    assert answer.status_code == 400
    assert not User.objects.filter(email="victim@example.com").exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "%2F%2Fevil.example",
        "http:evil.example",
        "https:/evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example",
        "https://testserver.evil.example",
    ],
)
def test_acc_116_next_stays_on_this_site(target, client):
    operations.register(nickname="Lan", email="lan@example.com", phone="13800138000", password=PASSWORD)

    by_password = client.post("/login/", {"login": "lan@example.com", "password": PASSWORD, "next": target})
    by_code_client = Client()
    ask(by_code_client, "13800138000", next=target)
    by_code = enter(by_code_client, code_for("+8613800138000"), next=target)
    language = client.post("/preferences/language/", {"language": "en", "next": target})

    for answer in (by_password, by_code, language):
        assert answer.status_code == 302
        assert answer.url.startswith("/") and not answer.url.startswith("//") and "\\" not in answer.url


def test_acc_116_next_within_the_site_is_kept(client):
    operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)

    answer = client.post("/login/", {"login": "lan@example.com", "password": PASSWORD, "next": "/cart/?x=1"})

    assert answer.url == "/cart/?x=1"


@pytest.mark.parametrize(
    "path",
    [
        "/login/;/../ops/",
        "/login/..;/ops/",
        "/ops;/",
        "/OPS/",
        "/ops/%2e/",
        "/./ops/",
        "/login/%2e%2e/ops/",
        "/ops/",
        "/m/",
        "/me/",
        "/me/addresses/",
        "/me/settings/",
    ],
)
def test_acc_118_no_spelling_of_a_path_gets_past_the_door(client, path):
    answer = client.get(path)

    assert answer.status_code in (301, 302, 403, 404)
    if answer.status_code in (301, 302):
        assert "/login/" in answer.url or answer.url.rstrip("/").lower().endswith(("/ops", "/me", "/m"))


def test_acc_111_a_profile_form_changes_only_what_it_shows(client):
    person = operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})

    client.post(
        "/me/profile/",
        {
            "nickname": "Mei",
            "is_operator": "1",
            "is_staff": "1",
            "is_superuser": "1",
            "email": "x@evil.example",
            "token_epoch": "9",
            "balance": "100",
            "is_demo": "1",
        },
    )

    user = User.objects.get(pk=person.id)
    assert user.nickname == "Mei"
    assert (user.is_operator, user.is_superuser, user.is_demo, user.token_epoch) == (False, False, False, 0)
    assert user.email == "lan@example.com"


def test_acc_111_sign_up_cannot_make_an_operator():
    client = Client()
    client.post(
        "/signup/",
        {
            "nickname": "Lan",
            "contact": "13800138000",
            "is_operator": "1",
            "is_superuser": "1",
            "phone_verified": "1",
        },
    )

    user = User.objects.get()
    assert not (user.is_operator or user.is_superuser or user.phone_verified)


def test_totp_is_asked_after_the_password_and_a_code_counts_once(client):
    person = operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    secret = re.search(r'value="([A-Z2-7]{32})"', client.get("/2fa/totp/activate/").content.decode()).group(1)
    activated = client.post("/2fa/totp/activate/", {"code": totp(secret)})
    assert activated.status_code == 302
    cache.clear()

    other = Client()
    answer = other.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    assert answer.url == "/2fa/authenticate/" and signed_in(other) is None
    assert other.get("/2fa/authenticate/").status_code == 200
    assert other.post("/2fa/authenticate/", {"code": "000000"}).status_code == 200
    code = totp(secret)
    other.post("/2fa/authenticate/", {"code": code})
    assert signed_in(other) == person.id

    replay = Client()
    replay.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    replay.post("/2fa/authenticate/", {"code": code})
    assert signed_in(replay) is None


def test_a_recovery_code_opens_the_second_door_once(client):
    person = operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    secret = re.search(r'value="([A-Z2-7]{32})"', client.get("/2fa/totp/activate/").content.decode()).group(1)
    client.post("/2fa/totp/activate/", {"code": totp(secret)})
    codes = re.findall(r"\b\d{8}\b", client.get("/2fa/recovery-codes/download/").content.decode())

    outcomes = []
    for _ in range(2):
        other = Client()
        other.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
        other.post("/2fa/authenticate/", {"code": codes[0]})
        outcomes.append(signed_in(other))

    assert len(codes) == 10 and outcomes == [person.id, None]


def test_a_passkey_can_be_offered_and_added(client):
    operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)

    challenge = client.get("/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    page = client.get("/2fa/webauthn/add/")

    assert "challenge" in challenge.json()["request_options"]["publicKey"]
    assert page.status_code == 200 and b"creation_options" in page.content


def test_an_open_session_of_yesterday_is_not_enough_to_change_how_one_signs_in(client):
    operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 86_400
    session.save()

    asked = client.get("/2fa/webauthn/add/")
    client.post("/reauthenticate/", {"password": "wrong"})
    refused = client.get("/2fa/webauthn/add/")
    client.post("/reauthenticate/", {"password": PASSWORD})

    assert asked.url.startswith("/reauthenticate/") and refused.url.startswith("/reauthenticate/")
    assert client.get("/2fa/webauthn/add/").status_code == 200


def test_signing_out_elsewhere_keeps_this_browser_only():
    here, there = Client(), Client()
    person = operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    for client in (here, there):
        client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})

    here.post("/me/settings/sign-out-elsewhere/")

    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302
    assert queries.token_epoch(person.id) == 1


def test_a_page_load_renews_the_lane_cookie_and_signing_out_takes_it(client):
    person = operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})

    cookie = client.get("/me/").cookies["jishi_lane"]
    gone = client.post("/logout/").cookies["jishi_lane"]

    assert operations.read_lane_token(token=cookie.value).person_id == person.id
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        "/lane/",
        True,
        "Lax",
        600,
    )
    assert gone.value == ""


def test_secrets_of_second_factors_are_stored_unreadable(client):
    operations.register(nickname="Lan", email="lan@example.com", password=PASSWORD)
    client.post("/login/", {"login": "lan@example.com", "password": PASSWORD})
    secret = re.search(r'value="([A-Z2-7]{32})"', client.get("/2fa/totp/activate/").content.decode()).group(1)
    client.post("/2fa/totp/activate/", {"code": totp(secret)})

    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored = " ".join(row[0] for row in cursor.fetchall())

    assert secret not in stored and "f1:" in stored


def demo_world():
    for role in operations.DEMO_ROLES:
        operations.register(
            nickname=role,
            email=operations.demo_email(role),
            is_demo=True,
            is_operator=role in ("operator", "colleague"),
        )


@pytest.mark.parametrize("role", ["shopper", "friend", "merchant", "operator", "colleague"])
def test_one_tap_signs_in_as_a_role_of_the_demo(role, client):
    demo_world()

    answer = client.post(f"/demo/sign-in/{role}/")

    assert answer.status_code == 302
    assert queries.get_person(signed_in(client)).nickname == role


def test_one_tap_needs_the_demo_this_machine_or_the_pass_and_a_csrf_token(settings):
    demo_world()
    settings.JISHI_PASS = "printed-pass"

    settings.JISHI_DEMO = False
    assert Client().post("/demo/sign-in/operator/").status_code == 404
    assert Client().get("/inbox/").status_code == 404
    settings.JISHI_DEMO = True
    lan = Client(REMOTE_ADDR="192.168.1.5")
    assert lan.post("/demo/sign-in/operator/").status_code == 404
    assert lan.get("/inbox/").status_code == 404
    assert Client(HTTP_X_FORWARDED_FOR="192.168.1.5").get("/inbox/").status_code == 404
    lan.get("/?pass=wrong")
    assert lan.get("/inbox/").status_code == 404
    assert lan.get("/?pass=printed-pass").url == "/"
    assert lan.get("/inbox/").status_code == 200
    assert lan.post("/demo/sign-in/operator/").status_code == 302
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/demo/sign-in/operator/").status_code == 403
    assert Client().get("/demo/sign-in/operator/").status_code == 405
    assert Client().post("/demo/sign-in/nobody/").status_code == 404


def test_an_app_signs_in_by_code_and_its_token_names_the_person(client):
    from django.test import RequestFactory

    from jishi.surfaces.api import auth

    person = operations.register(nickname="Lan", email="lan@example.com")
    base = "/api/auth/app/v1/auth"
    pending = client.post(
        f"{base}/code/request", {"email": "lan@example.com"}, content_type="application/json"
    )
    token = pending.json()["meta"]["session_token"]
    confirmed = client.post(
        f"{base}/code/confirm",
        {"code": code_for("lan@example.com")},
        content_type="application/json",
        headers={"X-Session-Token": token},
    )
    assert pending.status_code == 401 and confirmed.status_code == 200
    token = confirmed.json()["meta"].get("session_token", token)

    def who(**headers):
        request = RequestFactory().get("/api/v1/me", headers=headers)
        return auth.SessionToken()(request)

    assert who(**{"X-Session-Token": token}) == person.id
    assert who(Authorization=f"Bearer {token}") == person.id
    assert who(**{"X-Session-Token": token[:-1] + "x"}) is None
    assert who() is None
    operations.revoke_tokens(person_id=person.id)
    assert who(**{"X-Session-Token": token}) is None


def test_an_app_opens_an_account_with_a_code_to_a_number(client):
    base = "/api/auth/app/v1/auth"
    pending = client.post(f"{base}/code/request", {"phone": "13800138000"}, content_type="application/json")
    token = pending.json()["meta"]["session_token"]
    confirmed = client.post(
        f"{base}/code/confirm",
        {"code": code_for("+8613800138000")},
        content_type="application/json",
        headers={"X-Session-Token": token},
    )

    assert confirmed.status_code == 200 and confirmed.json()["meta"]["is_authenticated"]
    assert User.objects.get().phone_verified


def test_acc_114_an_app_that_floods_is_told_to_wait(client):
    answers = [
        client.post(
            "/api/auth/app/v1/auth/code/request", {"phone": "13800138000"}, content_type="application/json"
        )
        for _ in range(7)
    ]

    assert answers[-1].status_code in (400, 429)
    assert len(inbox.list_inbox()) <= 5


def test_a_closed_account_cannot_sign_in():
    client, person = Client(), operations.register(nickname="Lan", phone="13800138000", password=PASSWORD)
    User.objects.filter(pk=person.id).update(is_active=False)

    client.post("/login/", {"login": "13800138000", "password": PASSWORD})
    ask(client, "13800138000")
    enter(client, code_for("+8613800138000"))

    assert signed_in(client) is None


def totp(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_whoever_typed_a_wrong_number_can_go_back_and_send_another():
    client, person = Client(), operations.register(nickname="Lan", phone="13800138000")
    ask(client, "13800138009")

    ask(client, "13800138000")
    enter(client, code_for("+8613800138000"))

    assert signed_in(client) == person.id


def test_a_code_for_one_number_does_not_open_another():
    client = Client()
    operations.register(nickname="Lan", phone="13800138000")
    ask(client, "13900139000")
    mine = code_for("+8613900139000")
    ask(client, "13800138000")
    theirs = code_for("+8613800138000")

    enter(client, mine)

    assert mine != theirs and signed_in(client) is None


def test_a_flood_of_sign_ups_is_answered_with_a_page(settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client = Client(REMOTE_ADDR="10.0.0.7")

    pages = [client.post("/login/", {"login": "lan@example.com", "password": "x"}) for _ in range(3)]

    assert pages[-1].status_code == 429
    assert 'href="/"' in pages[-1].content.decode()

"""Signing in through another network, against a loopback peer that plays its server."""

import datetime
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.test import Client

from jishi.people.accounts import operations, queries

pytestmark = pytest.mark.django_db

APP = {"client_id": "our-id", "secret": "our-secret", "key": ""}


@pytest.fixture(autouse=True)
def networks(settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"google": {"APPS": [APP]}, "weixin": {"APPS": [APP]}}
    cache.clear()


@pytest.fixture
def peer():
    """A server whose answers are in `answers`, by path; it keeps what it was asked."""
    answers, asked = {}, []

    class Peer(BaseHTTPRequestHandler):
        def do_POST(self):
            self.do_GET(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def do_GET(self, body=""):
            parts = urlsplit(self.path)
            asked.append((parts.path, parse_qs(body or parts.query)))
            body = json.dumps(answers[parts.path]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Peer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.answers, server.asked, server.base = answers, asked, f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


def signed_in(client):
    value = client.session.get("_auth_user_id")
    return int(value) if value else None


@pytest.fixture
def weixin(peer, monkeypatch):
    monkeypatch.setattr(WeixinOAuth2Adapter, "access_token_url", f"{peer.base}/token")
    monkeypatch.setattr(WeixinOAuth2Adapter, "profile_url", f"{peer.base}/userinfo")
    peer.answers["/token"] = {"access_token": "t", "openid": "true-openid"}
    peer.answers["/userinfo"] = {"openid": "true-openid", "nickname": "柿子🍊"}
    return peer


def start(client):
    location = client.post("/weixin/login/").url
    return parse_qs(urlsplit(location).query)["state"][0]


def test_weixin_opens_an_account_and_finds_it_again(weixin):
    client = Client()
    client.get("/weixin/login/callback/", {"code": "c", "state": start(client)})
    person = signed_in(client)

    again = Client()
    again.get("/weixin/login/callback/", {"code": "c", "state": start(again)})

    assert queries.get_person(person).nickname == "柿子🍊"
    assert signed_in(again) == person and queries.count_people() == 1
    assert weixin.asked[0][1]["secret"] == ["our-secret"]


def test_acc_115_an_identity_in_the_callback_is_not_believed(weixin):
    client = Client()

    client.get(
        "/weixin/login/callback/",
        {"code": "c", "state": start(client), "openid": "victim-openid", "nickname": "victim"},
    )

    assert weixin.asked[1] == ("/userinfo", {"access_token": ["t"], "openid": ["true-openid"]})
    assert queries.export_person(person_id=signed_in(client))["networks"] == [
        {"provider": "weixin", "uid": "true-openid"}
    ]


def test_acc_115_a_callback_nobody_started_here_is_refused(weixin):
    stranger, victim = Client(), Client()

    victim.get("/weixin/login/callback/", {"code": "c", "state": start(stranger)})
    victim.get("/weixin/login/callback/", {"code": "c", "state": "made-up"})

    assert signed_in(victim) is None and weixin.asked == [] and queries.count_people() == 0


def key_pair():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.PEM).decode()


def token(key, **claims):
    body = {
        "iss": "https://accounts.google.com",
        "aud": "our-id",
        "sub": "42",
        "email": "lan@example.com",
        "email_verified": True,
        "given_name": "Lan",
        "exp": datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5),
        **claims,
    }
    return jwt.encode(body, key, algorithm="RS256", headers={"kid": "1"})


def present(id_token):
    return Client().post(
        "/api/auth/app/v1/auth/provider/token",
        {"provider": "google", "process": "login", "token": {"client_id": "our-id", "id_token": id_token}},
        content_type="application/json",
    )


def test_acc_115_a_token_counts_only_with_the_network_s_signature(peer, monkeypatch):
    ours, certificate = key_pair()
    theirs, _ = key_pair()
    peer.answers["/certs"] = {"1": certificate}
    monkeypatch.setattr(google, "CERTS_URL", f"{peer.base}/certs")

    forged = present(token(theirs))
    foreign = present(token(ours, aud="another-app"))
    stale = present(token(ours, exp=1))
    nobody = queries.count_people()
    genuine = present(token(ours))

    assert [a.status_code for a in (forged, foreign, stale)] == [400, 400, 400] and nobody == 0
    assert genuine.status_code == 200 and genuine.json()["meta"]["is_authenticated"]
    assert queries.find_person_by_email("lan@example.com").nickname == "Lan"


def test_acc_115_a_network_s_address_does_not_open_an_existing_account(peer, monkeypatch):
    owner = operations.register(nickname="Lan", email="lan@example.com")
    key, certificate = key_pair()
    peer.answers["/certs"] = {"1": certificate}
    monkeypatch.setattr(google, "CERTS_URL", f"{peer.base}/certs")

    answer = present(token(key, email_verified=False))

    assert answer.status_code != 200 or not answer.json()["meta"]["is_authenticated"]
    assert queries.export_person(person_id=owner.id)["networks"] == []


@pytest.mark.parametrize(
    "identity",
    [
        "no token at all",
        "a.b.c",
        jwt.encode({"sub": "1"}, "x" * 32, algorithm="HS256"),
        jwt.encode({"sub": "1"}, "x" * 32, algorithm="HS256", headers={"kid": "unknown"}),
        "e30.e30.e30",
    ],
)
def test_inp_a_malformed_identity_token_is_refused_clearly(peer, monkeypatch, identity):
    monkeypatch.setattr(google, "CERTS_URL", f"{peer.base}/certs", raising=False)
    peer.answers["/certs"] = {}

    answer = present(identity)

    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["invalid_token"]

"""From a notice to the channels: once each, at the right hour, as people chose, and buried in the end."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.notifications import errors, operations, queries, rules
from jishi.people.notifications.models import Delivery, Notice, PushTarget
from jishi.people.notifications.providers import push

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> int:
    return accounts.register(nickname="小柿", email="reach@example.org", language="en").id


def tell(person_id: int, kind: str = "order_shipped", key: str | None = None, **more: object) -> bool:
    params = {"order": "abc", "nickname": "阿柿", "product": "柿饼"}
    return operations.notify(
        person_id=person_id, kind=kind, params=params, url="/orders/abc/", natural_key=key, **more
    )


def run(at: datetime | None = None) -> None:
    operations.plan_due(at)
    operations.collect_due(at)
    operations.deliver_due(at)


class Peer(BaseHTTPRequestHandler):
    """A push service on loopback that keeps what it gets."""

    answer, got = 201, []  # type: ignore[var-annotated]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((self.path, dict(self.headers), body))
        self.send_response(type(self).answer)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def peer(settings) -> Iterator[str]:
    settings.JISHI_PUSH_LOOPBACK = True
    Peer.answer, Peer.got = 201, []
    server = HTTPServer(("127.0.0.1", 0), Peer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/push/abc"
    server.shutdown()
    server.server_close()


class Browser:
    """What a browser does when it subscribes, and when a message arrives."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"

    def subscribe(self, person_id: int, endpoint: str) -> None:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {
            name: base64.urlsafe_b64encode(raw).decode().rstrip("=")
            for name, raw in (("p", point), ("a", self.secret))
        }
        operations.subscribe_browser(person_id=person_id, endpoint=endpoint, p256dh=keys["p"], auth=keys["a"])

    def open(self, body: bytes) -> dict[str, str]:
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        )
        mine = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

        def derive(material: bytes, salt: bytes, info: bytes, size: int) -> bytes:
            return HKDF(algorithm=hashes.SHA256(), length=size, salt=salt, info=info).derive(material)

        base = derive(shared, self.secret, b"WebPush: info\x00" + mine + theirs, 32)
        key = derive(base, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = derive(base, salt, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


def test_a_notice_becomes_one_mail_however_often_the_sweeps_run(person) -> None:
    assert tell(person, key="order:abc:shipped")
    assert not tell(person, key="order:abc:shipped")

    for _ in range(3):
        run()

    [sent] = mail.outbox
    assert sent.subject == "Your order abc is on its way."
    assert "/orders/abc/" in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/mail/off/" in sent.extra_headers["List-Unsubscribe"]
    assert Delivery.objects.get().state == "sent"


def test_a_browser_gets_a_sealed_message_in_our_name(person, peer) -> None:
    browser = Browser()
    browser.subscribe(person, peer)
    operations.choose(person_id=person, modes={("orders", "mail"): "off"})
    tell(person)

    run()

    [(path, headers, body)] = Peer.got
    assert path == "/push/abc"
    assert browser.open(body)["text"] == "Your order abc is on its way."
    assert b"order" not in body
    token = headers["Authorization"].split("t=")[1].split(",")[0]
    head, claims, signature = token.split(".")
    raw = push.unb64(signature)
    signed = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    ours = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), push.unb64(queries.push_key()))
    ours.verify(signed, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(push.unb64(claims))["aud"] == peer.rsplit("/push", 1)[0]
    assert mail.outbox == []


def test_a_browser_that_has_gone_is_forgotten(person, peer) -> None:
    Browser().subscribe(person, peer)
    Peer.answer = 410
    tell(person)

    run()

    assert not PushTarget.objects.exists()
    assert Delivery.objects.get(channel="push").state == "dropped"


def test_a_push_address_inside_our_network_is_never_called(person, peer, settings) -> None:
    Browser().subscribe(person, peer)
    settings.JISHI_PUSH_LOOPBACK, settings.JISHI_DEMO = False, False
    tell(person)

    run()

    assert Peer.got == []
    with pytest.raises(errors.PushTargetInvalid):
        Browser().subscribe(person, "http://push.example/abc")
    with pytest.raises(errors.PushTargetInvalid):
        operations.subscribe_browser(
            person_id=person, endpoint="https://push.example/a", p256dh="AA", auth="AA"
        )


def test_what_fails_is_tried_again_later_and_buried_after_the_last_try(person, peer) -> None:
    Browser().subscribe(person, peer)
    operations.choose(person_id=person, modes={("orders", "mail"): "off"})
    Peer.answer = 500
    tell(person)
    now = clock.now()
    operations.plan_due(now)

    operations.deliver_due(now)
    operations.deliver_due(now + timedelta(seconds=30))
    assert len(Peer.got) == 1
    for step in range(1, 12):
        operations.deliver_due(now + timedelta(hours=6 * step))

    assert len(Peer.got) == rules.ATTEMPTS_MOST
    [given_up] = queries.list_troubled()
    assert (given_up.state, given_up.channel) == ("dead", "push")
    assert given_up.error == "notifications.push_unavailable"


@pytest.mark.django_db(transaction=True)
def test_racing_sweeps_send_each_delivery_once(person, race: Callable[..., list[int]]) -> None:
    for number in range(8):
        tell(person, key=f"k{number}")

    race(4, lambda: operations.plan_due())
    race(4, lambda: operations.deliver_due())

    assert len(mail.outbox) == 8
    assert list(Delivery.objects.values_list("state", flat=True)) == ["sent"] * 8


def test_quiet_hours_hold_what_rings_until_morning_where_the_person_lives(person, peer) -> None:
    Browser().subscribe(person, peer)
    operations.set_quiet_hours(
        person_id=person, time_zone="Asia/Shanghai", quiet_from=22 * 60 + 30, quiet_to=7 * 60
    )
    night = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    tell(person, at=night)

    run(night)

    assert Peer.got == [] and len(mail.outbox) == 1
    run(night + timedelta(hours=7, minutes=59))
    assert Peer.got == []
    run(night + timedelta(hours=8))
    assert len(Peer.got) == 1


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (14, 29, None),
        (14, 30, (22, 23, 0)),
        (15, 59, (22, 23, 0)),
        (16, 0, (22, 23, 0)),
        (22, 59, (22, 23, 0)),
        (23, 0, None),
    ],
)
def test_quiet_hours_pass_midnight(hour: int, minute: int, expected: tuple[int, int, int] | None) -> None:
    at = datetime(2026, 11, 22, hour, minute, tzinfo=UTC)

    due = rules.after_quiet(at, quiet_from=22 * 60 + 30, quiet_to=7 * 60, zone="Asia/Shanghai")

    assert due == (at if expected is None else datetime(2026, 11, *expected, tzinfo=UTC))


def test_the_daily_mail_collects_what_was_not_worth_a_mail_of_its_own(person) -> None:
    operations.choose(person_id=person, modes={("teams", "mail"): "digest"})
    start = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    for number in range(3):
        tell(person, "seat_taken", key=f"s{number}", at=start + timedelta(minutes=number))
    run(start + timedelta(minutes=10))
    assert mail.outbox == []

    for hours in (21.5, 21.6, 30):
        run(start + timedelta(hours=hours))

    [sent] = mail.outbox
    assert sent.subject == "What is new on Jishi"
    assert sent.body.count("joined your team") == 3


def test_a_read_notice_is_not_sent_any_more(person) -> None:
    tell(person)
    operations.plan_due()
    operations.mark_read(person_id=person)

    operations.deliver_due()

    assert mail.outbox == []
    assert Delivery.objects.get().state == "dropped"


def test_old_notices_and_what_was_withdrawn_go_nowhere(person) -> None:
    tell(person, at=clock.now() - timedelta(days=2))
    tell(person, "message_received", key="talk:x", is_listed=False)
    operations.withdraw(person_id=person, natural_key="talk:x")

    run(clock.now() + timedelta(minutes=1))

    assert (Delivery.objects.count(), mail.outbox) == (0, [])
    assert Notice.objects.count() == 1


def test_a_flood_is_capped_but_orders_get_through(person) -> None:
    most = rules.CAPS["mail"][0]
    for number in range(most + 5):
        tell(person, "seat_taken", key=f"s{number}")
    tell(person, key="order")
    run()

    assert Delivery.objects.filter(channel="mail").count() == most + 1
    assert queries.count_unread(person_id=person) == most + 6


def test_unlisted_notices_ring_and_are_not_news(person) -> None:
    tell(person, "message_received", key="talk:x", is_listed=False)

    assert queries.count_unread(person_id=person) == 0
    assert queries.list_notices(person_id=person) == ()


def test_the_same_about_the_same_thing_is_one_entry(person) -> None:
    for number in range(3):
        tell(person, "seat_taken", key=f"s{number}")
    tell(person)

    entries = queries.list_notices(person_id=person)

    assert [(entry.kind, entry.others) for entry in entries] == [("order_shipped", 0), ("seat_taken", 2)]


def test_what_cannot_be_chosen_changes_nothing(person) -> None:
    for modes in (
        {("orders", "mail"): "off", ("weather", "mail"): "off"},
        {("orders", "push"): "digest"},
        {("orders", "pigeon"): "now"},
    ):
        with pytest.raises(errors.ChoiceInvalid):
            operations.choose(person_id=person, modes=modes)
    for hours in ((0, None), (1440, 0)):
        with pytest.raises(errors.QuietHoursInvalid):
            operations.set_quiet_hours(
                person_id=person, time_zone="Asia/Shanghai", quiet_from=hours[0], quiet_to=hours[1]
            )
    with pytest.raises(errors.QuietHoursInvalid):
        operations.set_quiet_hours(person_id=person, time_zone="../etc", quiet_from=None, quiet_to=None)

    assert queries.get_reach(person).topics[0].modes["mail"] == "now"


def test_prv_everything_about_telling_somebody_is_forgotten(person, peer) -> None:
    Browser().subscribe(person, peer)
    operations.choose(person_id=person, modes={("social", "mail"): "off"})
    tell(person)
    operations.plan_due()

    operations.erase(person_id=person, contacts=("reach@example.org",))

    assert not any(model.objects.exists() for model in (Notice, Delivery, PushTarget))
    assert queries.export_notices(person_id=person)["notification_choices"] == []

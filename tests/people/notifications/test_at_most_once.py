"""Claim, send, mark: no message leaves twice, and one in doubt is seen by somebody."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_string
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.notifications import errors, operations, queries
from jishi.people.notifications.models import Delivery, Notice

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ended here."""


class DiesAfterSending(BaseEmailBackend):
    """Hands the mail over, then the process is gone before it can say so."""

    left: list[str] = []  # one list for the backend that Django builds anew each time

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        """Send, and end."""
        for one in email_messages:
            self.left.append(one.extra_headers["Message-ID"])
        raise Killed


class KilledAfterSending(BaseEmailBackend):
    """The same with a real process: the mail is on the disk, and the sender is killed."""

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        """Write the mail down, and kill this process."""
        with Path(os.environ["TEST_MAILS"]).open("a") as out:
            out.writelines(f"{one.extra_headers['Message-ID']}\n" for one in email_messages)
        os.kill(os.getpid(), signal.SIGKILL)
        return 0


@pytest.fixture
def person() -> int:
    return accounts.register(nickname="小柿", email="once@example.org", language="en").id


def tell(person_id: int, key: str = "order:abc") -> None:
    operations.notify(
        person_id=person_id,
        kind="order_shipped",
        params={"order": "abc"},
        url="/orders/abc/",
        natural_key=key,
    )


def use(settings: object, backend: type) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"  # type: ignore[attr-defined]


def test_a_sender_that_ends_between_claim_and_mark_sends_nothing_twice(person, settings) -> None:
    tell(person)
    use(settings, DiesAfterSending)
    DiesAfterSending.left.clear()
    now = clock.now()
    operations.plan_due(now)

    with pytest.raises(Killed):
        operations.deliver_due(now)
    claimed = Delivery.objects.get()
    assert (claimed.state, claimed.attempts, claimed.claimed_at) == ("sending", 1, now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for minutes in (1, 6, 60, 60 * 24):
        operations.deliver_due(now + timedelta(minutes=minutes))

    assert mail.outbox == []
    [sent] = DiesAfterSending.left
    [doubt] = queries.list_troubled()
    assert (doubt.state, doubt.error) == ("unknown", "notifications.sender_lost")
    assert sent.startswith(f"<{doubt.message_id}@")


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_sends_nothing_twice(person, settings, tmp_path: Path, monkeypatch) -> None:
    tell(person)
    use(settings, KilledAfterSending)
    mails = tmp_path / "mails"
    monkeypatch.setenv("TEST_MAILS", str(mails))
    now = clock.now()
    operations.plan_due(now)

    pid = os.fork()
    if pid == 0:
        connection.connection = None  # the parent's line stays the parent's
        try:
            operations.deliver_due(now)
        finally:
            os._exit(7)
    _, status = os.waitpid(pid, 0)

    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    operations.deliver_due(now + timedelta(minutes=1))
    assert Delivery.objects.get().state == "sending"
    operations.deliver_due(now + timedelta(minutes=6))
    assert len(mails.read_text().splitlines()) == 1 and mail.outbox == []
    assert [one.state for one in queries.list_troubled()] == ["unknown"]
    assert Notice.objects.count() == queries.count_unread(person_id=person) == 1


def test_one_crash_leaves_one_message_in_doubt_and_the_others_leave(person, settings) -> None:
    for number in range(3):
        tell(person, key=f"order:{number}")
    use(settings, DiesAfterSending)
    now = clock.now()
    operations.plan_due(now)
    with pytest.raises(Killed):
        operations.deliver_due(now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    operations.deliver_due(now + timedelta(minutes=6))

    assert len(mail.outbox) == 2
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["sent", "sent", "unknown"]


def test_an_operator_decides_about_what_is_in_doubt(person, settings) -> None:
    tell(person)
    use(settings, DiesAfterSending)
    DiesAfterSending.left.clear()
    now = clock.now()
    operations.plan_due(now)
    with pytest.raises(Killed):
        operations.deliver_due(now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    later = now + timedelta(minutes=6)
    assert not operations.send_again(delivery_id=Delivery.objects.get().pk)
    operations.deliver_due(later)
    [doubt] = queries.list_troubled()

    assert operations.send_again(delivery_id=doubt.id, at=later)
    operations.deliver_due(later)

    [sent] = mail.outbox
    assert sent.extra_headers["Message-ID"] == DiesAfterSending.left[0]
    assert queries.list_troubled() == ()
    assert not operations.drop(delivery_id=doubt.id)


class MailServer(threading.Thread):
    """A mail server of few words: it refuses, hangs up after the mail, or takes it."""

    def __init__(self, after_mail: bytes) -> None:
        super().__init__(daemon=True)
        self.after_mail = after_mail
        self.taken: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))

    def run(self) -> None:
        """Serve one connection after the other."""
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as stream:
                self._serve(stream)

    def _serve(self, stream: object) -> None:
        say = lambda text: (stream.write(text + b"\r\n"), stream.flush())  # type: ignore[attr-defined]  # noqa: E731
        say(b"220 here")
        while (got := stream.readline()) != b"":  # type: ignore[attr-defined]
            if got.upper().startswith(b"DATA"):
                say(b"354 go")
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += stream.readline()  # type: ignore[attr-defined]
                self.taken.append(text.decode())
                if not self.after_mail:
                    return
                say(self.after_mail)
            elif got.upper().startswith(b"QUIT"):
                say(b"221 bye")
                return
            else:
                say(b"250 fine")


@pytest.fixture
def served(settings, request: pytest.FixtureRequest) -> Iterator[MailServer]:
    server = MailServer(request.param)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.listener.getsockname()
    settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = "", False, 5
    yield server
    server.listener.close()


def deliver_for_hours(now: datetime) -> None:
    operations.plan_due(now)
    for hours in range(4):
        operations.deliver_due(now + timedelta(hours=hours))


@pytest.mark.parametrize("served", [b"250 taken", b""], indirect=True, ids=["taken", "hangs-up"])
def test_a_mail_that_was_handed_over_is_never_handed_over_again(person, served: MailServer) -> None:
    tell(person)

    deliver_for_hours(clock.now())

    [text] = served.taken
    delivery = Delivery.objects.get()
    assert delivery.message_id in message_from_string(text)["Message-ID"]
    expected = ("sent", "") if served.after_mail else ("unknown", "notifications.mail_outcome_unknown")
    assert (delivery.state, delivery.error) == expected


@pytest.mark.parametrize("served", [b"451 not now"], indirect=True)
def test_a_mail_that_was_refused_is_tried_again_under_the_same_id(person, served: MailServer) -> None:
    tell(person)

    deliver_for_hours(clock.now())

    ids = {message_from_string(text)["Message-ID"] for text in served.taken}
    assert len(served.taken) == 4 and len(ids) == 1
    assert (Delivery.objects.get().state, Delivery.objects.get().error) == (
        "pending",
        "notifications.mail_unavailable",
    )


def test_a_server_that_is_not_there_took_nothing(person, settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port

    with pytest.raises(errors.MailUnavailable) as refused:
        operations.send_mail(to="a@example.org", subject="a", text="b")

    assert not isinstance(refused.value, errors.MailOutcomeUnknown)

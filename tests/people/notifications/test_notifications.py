"""Messages out of the house, and news inside it."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.db import connection

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.notifications import errors, operations, queries

pytestmark = pytest.mark.django_db


def test_the_demo_catches_texts_and_finds_the_code_in_them():
    operations.send_sms(phone="+8613800138000", text="[Jishi] Your code is 204816. Tell it to nobody.")
    operations.send_sms(phone="+8613900139000", text="No code here, order 12345678")

    newest, oldest = queries.list_inbox()
    assert (newest.code, oldest.code, oldest.recipient) == ("", "204816", "+8613800138000")
    assert queries.list_inbox(recipient="+8613800138000") == (oldest,)


def test_caught_messages_are_stored_unreadable():
    operations.send_sms(phone="+8613800138000", text="Your code is 204816")

    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient, text, recipient_index FROM notifications_inboxmessage")
        stored = " ".join(cursor.fetchone())

    assert "204816" not in stored and "13800138000" not in stored


def test_mail_leaves_through_the_configured_backend_and_a_subject_cannot_carry_headers():
    operations.send_mail(to="lan@example.com", subject="Hello\nBcc: evil@example.com", text="Hi")

    assert mail.outbox[0].to == ["lan@example.com"]
    assert "\n" not in mail.outbox[0].subject and mail.outbox[0].bcc == []


def test_a_mail_server_that_cannot_be_reached_is_said_so(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    with pytest.raises(errors.MailUnavailable):
        operations.send_mail(to="lan@example.com", subject="Hello", text="Hi")


def test_without_a_gateway_texts_are_refused_outside_the_demo(settings):
    settings.JISHI_DEMO = False

    with pytest.raises(errors.TextsUnavailable):
        operations.send_sms(phone="+8613800138000", text="x")

    assert queries.list_inbox() == ()


def test_texts_are_posted_to_the_configured_gateway(settings):
    seen = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append((self.headers["Authorization"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204 if len(seen) == 1 else 500)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.JISHI_SMS_URL, settings.JISHI_SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/sms", "secret"

    operations.send_sms(phone="+8613800138000", text="hello")
    with pytest.raises(errors.TextsUnavailable):
        operations.send_sms(phone="+8613800138000", text="again")

    server.shutdown()
    server.server_close()
    assert seen[0][0] == "Bearer secret" and b'"phone":"+8613800138000"' in seen[0][1].replace(b": ", b":")


def test_a_fact_is_told_once_and_seen_once():
    person = accounts.register(nickname="Lan", email="lan@example.com")
    tell = {
        "person_id": person.id,
        "kind": "team_formed",
        "params": {"product": "柿饼"},
        "natural_key": "team:abc",
    }

    assert [operations.notify(**tell), operations.notify(**tell)] == [True, False]

    (notice,) = queries.list_notices(person_id=person.id)
    assert notice.message % notice.params == "Your team for 柿饼 is complete. The shop is getting it ready."
    assert queries.count_unread(person_id=person.id) == 1
    assert operations.mark_read(person_id=person.id) == 1
    assert queries.count_unread(person_id=person.id) == 0


def test_the_inbox_is_emptied_after_a_week():
    operations.send_sms(phone="+8613800138000", text="old")

    assert operations.forget_inbox() == 0
    assert operations.forget_inbox(clock.now() + timedelta(days=8)) == 1

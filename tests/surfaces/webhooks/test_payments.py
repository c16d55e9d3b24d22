"""Deliveries of payment providers: taken in, known, refused, or asked for again."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.money.conftest import open_intent
from tests.money.payments.test_reports import attempt_for, message_for, signed

from jishi.money.payments import queries
from jishi.money.payments.models import WebhookReceipt

URL = "/hooks/payments/sandbox/"


def deliver(headers: dict[str, str], body: bytes, url: str = URL):  # type: ignore[no-untyped-def]
    return Client(enforce_csrf_checks=True).post(
        url, data=body, content_type="application/json", headers=headers
    )


@pytest.mark.django_db
def test_a_signed_delivery_is_acknowledged_and_so_is_its_repetition() -> None:
    intent = open_intent()
    headers, body = signed(message_for(attempt_for(intent)))

    first, second = deliver(headers, body), deliver(headers, body)

    assert (first.status_code, first.json()["outcome"]) == (200, "applied")
    assert (second.status_code, second.json()["outcome"]) == (200, "duplicate")
    assert queries.get_intent(intent.code).state == "captured"


@pytest.mark.django_db
def test_pay_034_a_break_is_acknowledged_and_not_retried_for_ever() -> None:
    headers, body = signed(message_for(attempt_for(open_intent()), amount_minor=1))

    answer = deliver(headers, body)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "break")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"]
)
def test_pay_029_an_unsigned_delivery_is_refused_whatever_it_calls_itself(content_type: str) -> None:
    body = json.dumps(message_for(attempt_for(open_intent()))).encode()

    answer = Client().post(URL, data=body, content_type=content_type)

    assert answer.status_code == 403
    assert answer["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == "payments.webhook_refused"
    assert WebhookReceipt.objects.count() == 0


@pytest.mark.django_db
def test_a_signed_message_that_cannot_be_read_is_a_bad_request() -> None:
    headers, body = signed({"id": "evt", "type": "unheard.of", "data": {}})

    assert deliver(headers, body).status_code == 400


@pytest.mark.django_db
def test_an_unknown_provider_a_get_and_a_huge_body() -> None:
    headers, body = signed({})

    assert deliver(headers, body, "/hooks/payments/nobody/").status_code == 404
    assert Client().get(URL).status_code == 405
    assert deliver(headers, b"x" * 70_000).status_code == 413


@pytest.mark.django_db(transaction=True)
def test_mon_008_a_busy_ledger_asks_for_another_delivery(race) -> None:  # type: ignore[no-untyped-def]
    intent = open_intent()
    attempt = attempt_for(intent)
    headers, body = signed(message_for(attempt))

    def work(number: int) -> int:
        if number == 0:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT id FROM payments_intent WHERE id = %s FOR UPDATE", [attempt.intent_id])
                cursor.execute("SELECT pg_sleep(2.5)")
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            cursor.execute("SELECT pg_sleep(0.3)")
        answer = deliver(headers, body)
        assert answer["retry-after"] == "1"
        return answer.status_code

    outcomes = race(2, work)

    assert outcomes == [0, 503]
    assert queries.get_intent(intent.code).state == "open"
    assert deliver(headers, body).status_code == 200

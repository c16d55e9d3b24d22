"""The shop and the sandbox provider as two peers over HTTP: every way in which the wire can fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.money.conftest import assert_books_balance, open_intent
from tests.money.sandbox import Sandbox, sandbox

from jishi.kernel import clock
from jishi.kernel.money import Money
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import queries, rules
from jishi.money.payments.contracts import IntentView
from jishi.money.payments.errors import AlreadyPaid, IntentClosed, ProviderRefused, ProviderUnavailable
from jishi.money.payments.models import Attempt, Capture, WebhookReceipt
from jishi.money.payments.providers.breaker import Breaker
from jishi.money.payments.providers.sandbox import SandboxProvider

pytestmark = pytest.mark.django_db(transaction=True)
BACK = "http://127.0.0.1:8000/pay/back/"


def start(intent: IntentView, **given: Any) -> str:
    return payments.start_attempt(intent_code=intent.code, return_url=BACK, **given)


def wait_until(true: Callable[[], bool], timeout_s: float = 8.0) -> None:
    until = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


def test_a_payment_on_the_hosted_page_comes_back_as_a_webhook(peer: Sandbox) -> None:
    intent = open_intent()
    pay_url = start(intent)

    answer = peer.act(pay_url, "pay")

    assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    assert [delivery.status for delivery in peer.shop.wait_for(1)] == [200]
    assert queries.get_intent(intent.code).state == "captured"
    assert ledger_queries.get_balance(rules.clearing("sandbox", "CNY")) == -10_000
    assert_books_balance()


def test_two_clicks_lead_to_the_same_page_and_one_charge(
    peer: Sandbox, race: Callable[..., list[Any]]
) -> None:
    intent = open_intent()

    outcomes = race(4, lambda: start(intent))

    assert len(set(outcomes)) == 1, outcomes
    assert Attempt.objects.count() == 1
    assert peer.rows("SELECT count(*) FROM sandbox_psp.payment") == [(1,)]


def test_pay_020_an_answer_that_was_lost_is_asked_for_again_under_the_same_key() -> None:
    lost: list[str] = []

    def losing(app: Any) -> Any:
        async def wrapped(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"].endswith("/api/payments") and not lost:
                lost.append(scope["path"])

                async def swallow(message: Any) -> None:
                    """The effect happened, and nobody hears of it."""

                await app(scope, receive, swallow)
                await send({"type": "http.response.start", "status": 502, "headers": []})
                await send({"type": "http.response.body", "body": b""})
                return
            await app(scope, receive, send)

        return wrapped

    with sandbox(wrap=losing) as peer:
        intent = open_intent()
        with pytest.raises(ProviderUnavailable):
            start(intent)
        pay_url = start(intent)
        peer.act(pay_url, "pay")
        peer.shop.wait_for(1)

        assert lost
        assert peer.rows("SELECT count(*) FROM sandbox_psp.payment") == [(1,)]
    assert Attempt.objects.count() == 1
    assert Capture.objects.count() == 1


def api(peer: Sandbox, key: str, **body: Any) -> httpx.Response:
    values = {
        "reference": "pa-api",
        "amount_minor": 500,
        "currency": "CNY",
        "description": "Tea",
        "return_url": BACK,
        "webhook_url": peer.shop.url,
        "expires_at": "2030-01-01T00:00:00+00:00",
    }
    client = peer.provider._client
    return client.post("/api/payments", json={**values, **body}, headers={"idempotency-key": key})


def test_pay_021_the_same_key_with_another_body_has_no_effect(peer: Sandbox) -> None:
    first = api(peer, "k1")

    again, other = api(peer, "k1"), api(peer, "k1", amount_minor=999)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["idempotent-replay"] == "true"
    assert again.json() == first.json()
    assert peer.rows("SELECT amount_minor FROM sandbox_psp.payment") == [(500,)]


def test_pay_022_fifty_times_the_same_key_at_once_is_one_payment(peer: Sandbox) -> None:
    statuses: list[int] = []
    body = {
        "reference": "pa-api",
        "amount_minor": 500,
        "currency": "CNY",
        "description": "Tea",
        "return_url": BACK,
        "webhook_url": peer.shop.url,
        "expires_at": "2030-01-01T00:00:00+00:00",
    }

    def call() -> None:
        answer = peer.provider._client.post("/api/payments", json=body, headers={"idempotency-key": "k50"})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=call) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(statuses) == 50
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert peer.rows("SELECT count(*) FROM sandbox_psp.payment") == [(1,)]


def test_pay_023_a_key_that_was_forgotten_still_meets_the_unique_reference(peer: Sandbox) -> None:
    first = api(peer, "k1")
    peer.rows("DELETE FROM sandbox_psp.answer RETURNING key")

    second = api(peer, "k1")

    assert second.json()["id"] == first.json()["id"]
    assert peer.rows("SELECT count(*) FROM sandbox_psp.payment") == [(1,)]


@pytest.mark.parametrize("amount", [1.5, "500", True, 0, -1, None, 2**63], ids=repr)
def test_mon_017_the_provider_takes_whole_minor_units_only(peer: Sandbox, amount: object) -> None:
    assert api(peer, "k1", amount_minor=amount).status_code == 400

    assert peer.rows("SELECT count(*) FROM sandbox_psp.payment") == [(0,)]


def test_pay_029_the_api_needs_its_key(peer: Sandbox) -> None:
    answer = httpx.get(f"{peer.url}/api/payments/x", headers={"authorization": "Bearer 00"}, trust_env=False)

    assert answer.status_code == 401


@pytest.mark.parametrize(("currency", "amount"), [("JPY", 12_345), ("KWD", 12_345), ("CNY", 1)])
def test_mon_017_currencies_of_every_exponent_pass_through_exactly(
    peer: Sandbox, currency: str, amount: int
) -> None:
    intent = open_intent((amount,), currency=currency)

    peer.act(start(intent), "pay")

    peer.shop.wait_for(1)
    assert queries.get_intent(intent.code).state == "captured"
    assert ledger_queries.get_balance(rules.unapplied(currency)) == amount


def test_pay_025_three_deliveries_at_once_settle_once(peer: Sandbox) -> None:
    intent = open_intent()

    peer.act(start(intent), "pay_thrice")

    deliveries = peer.shop.wait_for(3)
    assert [delivery.status for delivery in deliveries] == [200, 200, 200]
    assert len({delivery.headers["webhook-id"] for delivery in deliveries}) == 3
    assert len({delivery.body for delivery in deliveries}) == 1
    assert Capture.objects.count() == 1
    assert ledger_queries.get_balance(rules.unapplied("CNY")) == 10_000


def test_a_webhook_that_was_not_taken_is_delivered_again(peer: Sandbox) -> None:
    intent = open_intent()
    pay_url = start(intent)
    peer.shop.fail_next = 2

    peer.act(pay_url, "pay")

    assert [delivery.status for delivery in peer.shop.wait_for(3)] == [503, 503, 200]
    assert queries.get_intent(intent.code).state == "captured"
    wait_until(lambda: peer.rows("SELECT state, tries FROM sandbox_psp.delivery") == [("done", 3)])


def test_pay_035_a_lost_webhook_is_found_by_the_sweep(peer: Sandbox) -> None:
    intent = open_intent()
    peer.act(start(intent), "pay_silently")
    too_early = payments.sync_attempts(clock.now())

    asked = payments.sync_attempts(clock.now() + rules.SYNC_FIRST_PAUSE + timedelta(seconds=1))

    assert (too_early, asked) == (0, 1)
    assert peer.shop.deliveries == []
    assert queries.get_intent(intent.code).state == "captured"
    assert payments.sync_attempts(clock.now() + timedelta(days=1)) == 0


def test_a_buyer_who_comes_back_before_the_webhook_is_paid_once(peer: Sandbox) -> None:
    intent = open_intent()
    peer.act(start(intent), "pay_later", seconds=1)

    seen = payments.sync_attempt(intent.code)

    assert seen.state == "captured"
    assert [delivery.status for delivery in peer.shop.wait_for(1)] == [200]
    assert Capture.objects.count() == 1
    assert sorted(WebhookReceipt.objects.values_list("outcome", flat=True)) == ["applied", "ignored"]


def test_money_that_the_bank_sends_late_arrives_after_the_intent_was_closed(peer: Sandbox) -> None:
    intent = open_intent()
    peer.act(start(intent), "pay_slowly", seconds=1)
    assert payments.sync_attempt(intent.code).state == "open"
    payments.cancel_intent(intent_code=intent.code)

    wait_until(lambda: queries.get_intent(intent.code).state == "captured")

    assert_books_balance()


def test_a_refusal_leaves_the_intent_open_for_another_try(peer: Sandbox) -> None:
    intent = open_intent()
    first = start(intent)
    peer.act(first, "refuse")
    peer.shop.wait_for(1)
    assert queries.get_intent(intent.code).last_failure == "refused_by_bank"

    second = start(intent)
    peer.act(second, "pay")
    peer.shop.wait_for(2)

    assert first != second
    assert queries.get_intent(intent.code).state == "captured"
    with pytest.raises(AlreadyPaid):
        start(intent)


def test_pay_032_the_page_asks_for_the_intent_s_amount_and_ignores_the_client_s(peer: Sandbox) -> None:
    intent = open_intent((123_456,))
    pay_url = start(intent)

    page = httpx.get(pay_url, headers={"accept-language": "en"}, trust_env=False)
    peer.act(pay_url, "pay", amount_minor=1, amount="0.01")
    peer.shop.wait_for(1)

    assert "¥1,234.56" in page.text or "CN¥1,234.56" in page.text
    assert Capture.objects.get().amount_minor == 123_456


def test_an_expired_or_closed_intent_is_not_sent_to_the_provider(peer: Sandbox) -> None:
    expired = open_intent(expires_at=clock.now() - timedelta(seconds=1))
    closed = open_intent()
    payments.cancel_intent(intent_code=closed.code)

    for intent in (expired, closed):
        with pytest.raises(IntentClosed):
            start(intent)

    assert peer.rows("SELECT count(*) FROM sandbox_psp.payment") == [(0,)]


def paid_here(peer: Sandbox, **options: Any) -> tuple[IntentView, str]:
    intent = open_intent((10_000,))
    peer.act(start(intent), "pay", **options)
    peer.shop.wait_for(1)
    refund = payments.request_refund(
        intent_code=intent.code,
        order_code=intent.allocations[0].order_code,
        amount_minor=10_000,
        reason="test",
        natural_key=f"refund:{intent.code}",
    )
    return intent, refund.code


def test_a_refund_reaches_the_provider_and_is_settled_once(peer: Sandbox) -> None:
    intent, refund_code = paid_here(peer)

    payments.send_refunds(clock.now())
    peer.shop.wait_for(2)

    assert queries.get_refund(refund_code).state == "succeeded"
    assert queries.get_intent(intent.code).state == "refunded"
    assert ledger_queries.get_balance(rules.clearing("sandbox", "CNY")) == 0
    assert_books_balance()


def test_ref_049_a_refund_whose_answer_was_too_slow_is_sent_once() -> None:
    slow: list[int] = []

    def slowing(app: Any) -> Any:
        async def wrapped(scope: Any, receive: Any, send: Any) -> None:
            import asyncio

            if scope["type"] == "http" and scope["path"].endswith("/refunds") and not slow:
                slow.append(1)

                async def late(message: Any) -> None:
                    await asyncio.sleep(1.2)
                    await send(message)

                await app(scope, receive, late)
                return
            await app(scope, receive, send)

        return wrapped

    with sandbox(read_s=0.8, wrap=slowing) as peer:
        _, refund_code = paid_here(peer)
        peer.shop.fail_next = 100
        at = clock.now()
        payments.send_refunds(at)
        first = queries.get_refund(refund_code).state
        payments.send_refunds(at + timedelta(minutes=2))

        assert peer.rows("SELECT count(*), sum(amount_minor)::int FROM sandbox_psp.refund") == [(1, 10_000)]
    assert (slow, first) == ([1], "due")
    assert queries.get_refund(refund_code).state == "succeeded"
    assert_books_balance()


def test_ref_052_a_refund_refused_on_demand_succeeds_at_the_next_try(peer: Sandbox) -> None:
    _, refund_code = paid_here(peer, refuse_refund=1)
    payments.send_refunds(clock.now())
    failed = queries.get_refund(refund_code)

    payments.retry_refund(refund_code=refund_code)
    payments.send_refunds(clock.now())

    assert (failed.state, failed.last_error) == ("failed", "insufficient_funds")
    assert queries.get_refund(refund_code).state == "succeeded"


def test_ref_053_the_provider_itself_gives_back_no_more_than_was_paid(peer: Sandbox) -> None:
    paid_here(peer)
    reference = Attempt.objects.get().code
    send = peer.provider.send_refund

    answers = [
        send(reference=reference, refund_reference=f"r{n}", amount=Money(6000, "CNY"), reason="").state
        for n in range(2)
    ]

    assert answers == ["succeeded", "refused"]


def test_a_dead_provider_is_unavailable_quickly_and_then_left_alone() -> None:
    dead = SandboxProvider(url="http://127.0.0.1:9/psp", secret="x", webhook_url="http://127.0.0.1/")
    began = time.monotonic()

    for _ in range(20):
        with pytest.raises(ProviderUnavailable):
            dead.ask_payment(reference="x")

    assert time.monotonic() - began < 3
    dead.close()


def test_the_breaker_opens_rests_and_lets_one_probe_through() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, rest_s=10, now=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()

    assert not breaker.allows()
    now[0] = 10.0
    assert (breaker.allows(), breaker.allows()) == (True, False)
    breaker.succeeded()
    assert breaker.allows()


def test_the_provider_s_clear_refusal_ends_the_try(peer: Sandbox) -> None:
    with pytest.raises(ProviderRefused):
        peer.provider.create_payment(
            reference="pa-bad",
            amount=Money(5, "CNY"),
            description="x",
            return_url="javascript:alert(1)",
            expires_at=clock.now(),
            language="",
        )


@pytest.mark.parametrize(
    ("header", "query", "lang", "word"),
    [
        ("en-GB,en;q=0.9", "", "en", "Amount due"),
        ("zh-CN,zh;q=0.9", "", "zh-Hans", "应付金额"),
        ("fr", "", "zh-Hans", "应付金额"),
        ("zh-CN", "lang=en", "en", "Amount due"),
    ],
)
def test_the_page_speaks_the_buyer_s_language(
    peer: Sandbox, header: str, query: str, lang: str, word: str
) -> None:
    pay_url = start(open_intent())

    page = httpx.get(f"{pay_url}?{query}", headers={"accept-language": header}, trust_env=False)

    assert f'<html lang="{lang}">' in page.text
    assert word in page.text


def test_the_page_needs_no_script_and_allows_none(peer: Sandbox) -> None:
    pay_url = start(open_intent())

    page = httpx.get(pay_url, trust_env=False)
    style = httpx.get(f"{peer.url}/static/pay.css", trust_env=False)

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://127.0.0.1:8000" in policy
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_another_site_cannot_press_the_buttons(peer: Sandbox) -> None:
    pay_url = start(open_intent())

    answer = httpx.post(
        pay_url, data={"act": "pay"}, headers={"origin": "https://evil.example"}, trust_env=False
    )

    assert answer.status_code == 403
    assert peer.rows("SELECT state FROM sandbox_psp.payment") == [("open",)]


def test_an_unknown_payment_and_a_huge_body_are_told_plainly(peer: Sandbox) -> None:
    missing = httpx.get(f"{peer.url}/pay/pay_nothing", trust_env=False)
    huge = httpx.post(f"{peer.url}/pay/x", content=b"x" * 70_000, trust_env=False)

    assert (missing.status_code, huge.status_code) == (404, 413)
    assert urlsplit(peer.url).path == "/psp"

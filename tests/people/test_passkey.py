"""A passkey from adding it to signing in with it, in a real browser with a virtual authenticator."""

import shutil

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, sync_playwright
from tests.factories import browser as browser_faults

from jishi.people.accounts import queries
from jishi.people.notifications import queries as inbox

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def phone(live_server, settings):
    """A phone-sized page on the server; complaints of the browser end the test."""
    settings.EMAIL_BACKEND = "jishi.people.notifications.providers.InboxMailBackend"
    cache.clear()
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        page = context.new_page()
        # The live lane is another process, which this test does not start; its silence is no complaint.
        page.route("**/lane/**", lambda route: route.fulfill(status=204))
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on(
            "pageerror",
            lambda error: complaints.append(str(error)) if browser_faults.is_fault(error) else None,
        )
        yield page
        browser.close()
    assert complaints == []


def sign_in_by_code(page: Page, base: str, number: str) -> None:
    page.goto(f"{base}/login/")
    page.fill("#id_contact", number)
    page.click(".way[open] button")
    page.wait_for_url("**/login/code/confirm/")
    page.fill("#id_code", inbox.list_inbox(recipient=f"+86{number}")[0].code)
    page.click("form.form button")
    page.wait_for_url(f"{base}/")


def test_a_shopper_adds_a_passkey_and_comes_back_with_it(phone, live_server):
    # Browsers bind passkeys to host names, and `localhost` is the only one that needs no TLS.
    base = live_server.url.replace("127.0.0.1", "localhost")
    devtools = phone.context.new_cdp_session(phone)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_in_by_code(phone, base, "13800138000")

    phone.goto(f"{base}/2fa/webauthn/add/")
    phone.click("#mfa_webauthn_add")
    phone.wait_for_url("**/2fa/recovery-codes/**")
    phone.goto(f"{base}/me/")
    phone.click("form[action='/logout/'] button")
    phone.goto(f"{base}/login/")
    phone.click("#passkey_login")
    phone.wait_for_url(f"{base}/")
    phone.goto(f"{base}/me/")

    assert "138****8000" in phone.inner_text(".me-head")
    assert queries.count_people() == 1

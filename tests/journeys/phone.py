"""Somebody's phone: a browser context of their own, and what a thumb does on the shop's pages.

Works with scripts on and off: the same controls are pressed, only the way between the pages differs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page
from tests.factories import browser as browser_faults

PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("policy: " + event.violatedDirective + " " + event.blockedURI));
"""


@dataclass
class Phone:
    """One person's browser. ``faults`` collects what its console has to complain about."""

    page: Page
    url: str
    has_scripts: bool
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address of the shop."""
        self.page.goto(path if path.startswith("http") else self.url + path)

    def press(self, selector: str) -> None:
        """Tap the first such control that can be seen."""
        self.page.locator(selector).locator("visible=true").first.click()

    def choose_team_price(self) -> None:
        """From a page that offers a team to the filled-in checkout."""
        self.press("[data-for=team] button[value=buy]")
        self.page.wait_for_url("**/checkout/**")

    def start_team(self, product: str) -> str:
        """Start a group buy from the product's page and pay; returns the team's path."""
        if product:
            self.open(product)
        self.press(".cta .primary")
        self.choose_team_price()
        self.place()
        self.pay()
        return self.arrive_at_team()

    def join(self, link: str) -> str:
        """Open a friend's link to a team, join and pay; returns the team's path."""
        self.open(link)
        self.press(".acts .primary")
        self.choose_team_price()
        self.place()
        self.pay()
        return self.arrive_at_team()

    def place(self) -> str:
        """Place the order that the checkout shows; returns the code of the payment it leads to."""
        self.press("button[value=place]")
        self.page.wait_for_url("**/pay/**")
        return self.page.url.rstrip("/").split("/")[-1]

    def go_to_provider(self) -> None:
        """From our payment page to the provider's hosted one."""
        self.press("#pay form button")
        self.page.wait_for_url("**/psp/pay/**")

    def pay(self, act: str = "pay") -> None:
        """Pay on the provider's page, with one of its buttons."""
        self.go_to_provider()
        if act != "pay":
            self.press("summary")
        self.press(f"button[value={act}]")

    def arrive_at_team(self) -> str:
        """Wait until the finished payment has led to the team's page."""
        self.page.wait_for_url(re.compile(r"/g/[a-z0-9]+/$"))
        return re.sub(r"^https?://[^/]+", "", self.page.url)

    def invite(self) -> str:
        """Ask the team's page for my own link."""
        self.press(".acts button[data-open=share]")
        return str(self.page.locator("#share-link").input_value())

    def waits_for_screen(self, screen: str, *, by_reload: bool = False) -> None:
        """See the team's page turn to ``screen``: by itself, or by looking again."""
        wanted = self.page.locator(f".team[data-screen={screen}]")
        for _ in range(20 if by_reload else 0):
            if wanted.count():
                break
            self.page.wait_for_timeout(250)
            self.page.reload()
        wanted.wait_for()

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return str(self.page.locator("body").inner_text())


def take_out(
    browser: Browser, url: str, *, session: str, scripts: bool = True, language: str = "zh-hans"
) -> Phone:
    """A phone with somebody's session in it; nobody's where ``session`` is empty."""
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        locale="en-US" if language == "en" else "zh-CN",
        java_script_enabled=scripts,
    )
    cookies: list[Any] = [{"name": "jishi_language", "value": language, "url": url}]
    if session:
        cookies.append({"name": "jishi_session", "value": session, "url": url})
    context.add_cookies(cookies)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    phone = Phone(page, url, scripts)
    if scripts:
        page.add_init_script(TELL_VIOLATIONS)
    page.on(
        "pageerror",
        lambda error: phone.faults.append(f"{page.url}: {error}") if browser_faults.is_fault(error) else None,
    )
    page.on(
        "console",
        lambda told: phone.faults.append(f"{page.url}: {told.text}") if told.type == "error" else None,
    )
    return phone

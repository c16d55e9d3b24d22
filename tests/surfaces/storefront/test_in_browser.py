"""The shop in a real Chromium: nothing blocked, nothing jumps, nothing sticks out, all controls are named."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from tests.factories import browser as browser_faults
from tests.factories import shopfront, written

from jishi.people.accounts.models import User
from jishi.social.notes import operations as notes
from jishi.social.notes.models import Note

pytestmark = pytest.mark.journey
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]

SHIFTS = """
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shift = (window.shift || 0) + entry.value;
  }
}).observe({ type: "layout-shift", buffered: true });
"""
NAMELESS = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea")]
  .filter((one) => one.checkVisibility() && !one.closest("[aria-hidden=true]"))
  .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length
    || one.querySelector("img[alt]:not([alt=''])")))
  .map((one) => one.outerHTML.slice(0, 120))"""
WRONG_CLOCK = """
const ahead = 3 * 3600 * 1000, honest = Date.now.bind(Date), origin = performance.timeOrigin;
window.honest = honest;
Date.now = () => honest() + ahead;
Object.defineProperty(performance, "timeOrigin", { value: origin + ahead });
"""
STICKING_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def world(live_server: Any, transactional_db: None, settings: Any, tmp_path: Any) -> shopfront.Street:
    settings.MEDIA_ROOT = tmp_path
    settings.JISHI_BASE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    return shopfront.build(goods=9)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def open_page(
    browser: Browser,
    url: str,
    person_id: int | None,
    faults: list[str],
    *,
    width: int = 390,
    touch: bool = False,
) -> Page:
    size = {"width": width, "height": 844}
    context = browser.new_context(viewport=size, locale="zh-CN", has_touch=touch, is_mobile=touch)  # type: ignore[arg-type]
    if person_id is not None:
        client = Client()
        user = User.objects.get(pk=person_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = {"name": "jishi_session", "value": client.cookies["jishi_session"].value, "url": url}
        context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.on(
        "pageerror",
        lambda error: faults.append(f"{page.url}: {error}") if browser_faults.is_fault(error) else None,
    )
    page.on("console", lambda told: faults.append(f"{page.url}: {told.text}") if is_fault(told) else None)
    return page


def is_fault(told: Any) -> bool:
    """The lane is another server and not there in this test; everything else that is red counts."""
    return told.type in ("error", "warning") and "/lane/" not in (told.location or {}).get("url", "")


def test_every_page_is_calm_named_and_within_its_width(
    world: shopfront.Street, chromium: Browser, live_server: Any
) -> None:
    me = world.people[0]
    team = shopfront.start_team(world, 1, me)
    shopfront.start_team(world, 0, world.people[1])
    order = shopfront.join(world, 3 if world.products[3] in world.offers else 4, me)
    checkout = f"/checkout/?variant={world.variants[3][0]}&quantity=1"
    paths = [
        "/",
        "/?tab=teams",
        "/search/?q=柿",
        f"/p/{shopfront.slug_of(world, 0)}/",
        f"/g/{team}/",
        "/cart/",
    ]
    faults: list[str] = []
    for width in (390, 320, 1440):
        page = open_page(chromium, live_server.url, me.id, faults, width=width)
        for path in [*paths, checkout, "/orders/", f"/orders/{order}/"]:
            page.goto(live_server.url + path)
            page.wait_for_timeout(250)

            assert page.evaluate(STICKING_OUT) <= 0, (path, width)
            assert page.evaluate(NAMELESS) == [], (path, width)
            assert page.evaluate("window.shift || 0") <= 0.01, (path, width)
        page.context.close()
    assert faults == []


def test_sheets_open_by_keyboard_choose_and_close(
    world: shopfront.Street, chromium: Browser, live_server: Any
) -> None:
    faults: list[str] = []
    page = open_page(chromium, live_server.url, world.people[0].id, faults)
    page.goto(f"{live_server.url}/p/{shopfront.slug_of(world, 0)}/")

    page.focus(".cta .primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog#sku[open]")
    assert page.inner_text("[data-price]") == "¥29.90"
    page.check("input[value='5 斤']", force=True)
    assert page.inner_text("[data-price]") == "¥47.84"
    assert "仅剩 6 件" in page.inner_text("[data-stock]")
    page.keyboard.press("Escape")
    assert page.query_selector("dialog#sku[open]") is None
    page.click(".cta .solo")
    assert page.inner_text("[data-price]") == "¥62.40"
    assert page.is_visible("button[value=cart]")

    page.click("button[value=cart]")
    page.wait_for_selector(".toast")
    assert page.inner_text(".buy .n") == "1"
    assert faults == []


def test_a_phone_with_a_wrong_clock_sees_the_right_time_left(
    world: shopfront.Street, chromium: Browser, live_server: Any
) -> None:
    shopfront.start_team(world, 0, world.people[1])
    faults: list[str] = []
    page = open_page(chromium, live_server.url, None, faults)
    page.add_init_script(WRONG_CLOCK)

    page.goto(live_server.url)

    assert page.evaluate("Date.now() - window.honest()") > 3 * 3600 * 1000 - 1000
    left = "".join(page.inner_text(".tcard count-down").split())
    # A day, or just below; by the phone's own clock it would be twenty hours.
    assert left.startswith(("23:", "1天00:00:0"))
    assert faults == []


def drag(page: Page, selector: str, across: float, down: float = 0) -> None:
    """A finger put on the middle of something and moved, as the touch screen tells it."""
    place = page.locator(selector).first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen = page.context.new_cdp_session(page)
    screen.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for part in range(1, 9):
        point = {"x": x + across * part / 8, "y": y + down * part / 8}
        screen.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(350)  # a touch that follows faster belongs to the same gesture


def two_halves() -> bytes:
    """A wide picture, red on the left and blue on the right."""
    picture = Image.new("RGB", (800, 400), "blue")
    picture.paste("red", (0, 0, 400, 400))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_thumb_frames_a_picture_and_swipes_through_pictures_and_down_the_films(
    world: shopfront.Street, chromium: Browser, live_server: Any
) -> None:
    author, faults = world.people[0].id, []
    page = open_page(chromium, live_server.url, author, faults, touch=True)
    page.goto(f"{live_server.url}/post/")
    page.fill("#text", "两张图")
    files = [("a.png", two_halves()), ("b.jpg", written.photo("green"))]
    for count, (name, data) in enumerate(files, 1):
        kind = "image/png" if name.endswith("png") else "image/jpeg"
        page.set_input_files("[name=pictures]", {"name": name, "mimeType": kind, "buffer": data})
        page.wait_for_function("n => document.querySelectorAll('.thumbs img').length === n", arg=count)

    page.locator(".thumbs select").first.select_option("1:1")
    drag(page, ".thumbs img", 90)
    assert page.locator(".thumbs [name^='at:']").first.input_value() == "0"
    page.locator(".thumbs li").nth(1).locator("[data-step='-1']").tap()
    page.wait_for_function("() => document.querySelector('.thumbs li small').textContent === 'b.jpg'")
    page.locator("button[value=publish]").tap()
    page.wait_for_url("**/notes/**")

    note = Note.objects.get()
    assert [(one["w"], one["h"]) for one in note.pictures] == [(640, 800), (400, 400)]
    with default_storage.open(note.pictures[1]["file"]) as file, Image.open(file) as kept:
        red, _, blue = kept.convert("RGB").getpixel((380, 200))
        assert red > 200 > 60 > blue
    assert page.inner_text("[data-index]") == "1/2"
    drag(page, ".note-gallery ul", -240)
    page.wait_for_function("() => document.querySelector('[data-index]').textContent === '2/2'")
    assert page.locator(".note-gallery .dots i.on").count() == 1
    drag(page, ".note-gallery ul", 240)
    page.wait_for_function("() => document.querySelector('[data-index]').textContent === '1/2'")

    video = notes.store_video(person_id=author, data=written.film())
    older, newer = (written.note(author, text, video=video) for text in ("先", "后"))
    page.goto(f"{live_server.url}/notes/{newer}/")
    page.locator(".films a").tap()
    page.wait_for_url(f"**/films/?from={newer}", wait_until="commit")
    page.locator(".reel .dressed").nth(1).wait_for()
    page.wait_for_timeout(500)  # the first picture is there, so that the finger moves the page and not air
    drag(page, f"[data-film='{newer}']", 0, -500)
    page.wait_for_url(f"**/films/?from={older}", wait_until="commit")
    page.wait_for_timeout(600)  # the snapping comes to rest
    page.locator(".reel").press("ArrowUp")
    page.wait_for_url(f"**/films/?from={newer}", wait_until="commit")
    assert page.locator(f"[data-film='{newer}'] .sound").get_attribute("aria-label") == "打开声音"
    assert faults == []

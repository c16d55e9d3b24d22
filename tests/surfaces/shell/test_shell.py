"""The shell: facts of a request, refusals in three forms, preferences, and what its files may contain."""

from __future__ import annotations

import json
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from tests.factories import shopfront

from jishi.kernel import clock
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.models import User
from jishi.surfaces.shell import formats
from jishi.surfaces.shell.middleware import DomainErrors
from jishi.trade.checkout.errors import CartFull, QuoteChanged

SURFACES = Path(formats.__file__).resolve().parent.parent
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")


def css_without_tokens(text: str) -> str:
    """A stylesheet without comments, addresses, and custom properties: there colours are at home."""
    return re.sub(
        r"/\*.*?\*/|url\([^)]*\)|--[\w-]+\s*:[^;}]*|#[a-z][a-z_-]*(?=[\s{,.:>])", "", text, flags=re.S
    )


def test_colours_stand_only_among_the_tokens() -> None:
    sheets = [path for path in SURFACES.rglob("*.css") if "vendor" not in path.parts]

    assert len(sheets) >= 3
    for sheet in sheets:
        assert HEX.findall(css_without_tokens(sheet.read_text())) == [], sheet


def test_templates_have_no_inline_styles_scripts_or_handlers() -> None:
    for template in SURFACES.rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style|javascript:|hx-on""", text), (
            template
        )
        for attributes in re.findall(r"<script\b([^>]*)>", text):
            assert "src=" in attributes or "application/" in attributes, (template, attributes)


def test_every_icon_used_is_in_the_sprite() -> None:
    sprite = (SURFACES / "shell/static/shell/img/sprite.svg").read_text()
    there = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = set()
    for template in SURFACES.rglob("*.html"):
        used |= set(re.findall(r'{% (?:icon|art) "([^"]+)"', template.read_text()))

    assert used - there == set()
    assert len(there) >= 40


def test_scripts_hold_no_words_people_read() -> None:
    script = (SURFACES / "shell/static/shell/js/app.js").read_text()

    assert not re.search(r"[\u4e00-\u9fff]", script)
    assert "import " not in script
    assert "eval(" not in script


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (1990, "CNY", "zh-hans", "¥19.90"),
        (1990, "CNY", "en", "CN¥19.90"),
        (-510, "CNY", "zh-hans", "-¥5.10"),
        (123456789, "USD", "en", "$1,234,567.89"),
        (1980, "JPY", "en", "¥1,980"),
        (0, "CNY", "zh-hans", "¥0.00"),
    ],
)
def test_amounts_are_written_by_locale(minor: int, currency: str, language: str, text: str) -> None:
    assert formats.money(minor, currency, language) == text
    before, whole, fraction, after = formats.money_parts(minor, currency, language)
    shown = text.removesuffix(".00") if text.endswith(".00") else text
    assert f"{before}{whole}{fraction}{after}".replace(" ", "") == shown.replace(" ", "")


def refuse(error: Exception, **headers: str):  # type: ignore[no-untyped-def]
    request = RequestFactory().get("/checkout/", headers=headers)
    request.facts = type("Facts", (), {"language": "zh-hans"})()  # type: ignore[attr-defined]
    request.language = "zh-hans"  # type: ignore[attr-defined]
    return DomainErrors(lambda _: None).process_exception(request, error)  # type: ignore[arg-type,return-value]


def test_a_refusal_is_problem_json_for_programs_and_a_toast_for_fragments() -> None:
    error = QuoteChanged(fingerprint="f", total_minor=100)

    problem = refuse(error, accept="application/json")
    toast = refuse(error, hx_request="true")

    assert problem.status_code == 409
    assert problem["Content-Type"] == "application/problem+json"
    assert json.loads(problem.content)["code"] == "checkout.quote_changed"
    assert toast.status_code == 409
    assert toast["HX-Reswap"] == "none"
    assert json.loads(toast["HX-Trigger"])["jishi:toast"]["text"]
    assert refuse(ValueError()) is None


def test_unknown_things_are_pages_with_one_way_on(db: None, client: Client) -> None:
    for path in (
        "/p/nosuchthing/",
        "/g/nosuchteam00/",
        "/r/nosuchlink00/",
        "/nothing/here/",
        "/c/none/",
        "/s/none/",
    ):
        answer = client.get(path)
        body = answer.content.decode()
        assert answer.status_code == 404, path
        assert body.count("<h1") == 1
        assert 'class="btn primary"' in body


def test_language_and_theme_follow_the_choice_and_the_profile(db: None, client: Client) -> None:
    assert 'lang="zh-Hans"' in client.get("/").content.decode()

    answer = client.post("/preferences/language/", {"language": "en", "next": "/search/"})
    client.post("/preferences/theme/", {"theme": "dark", "next": "/"})
    page = client.get("/").content.decode()

    assert answer.headers["Location"] == "/search/"
    assert 'lang="en"' in page
    assert 'data-theme="dark"' in page
    person = shopfront.buyer("阿柿")
    client.force_login(User.objects.get(pk=person.id), backend="django.contrib.auth.backends.ModelBackend")
    client.post("/preferences/language/", {"language": "en", "next": "/en/search/"})
    assert accounts.get_profile(person.id).language == "en"
    assert (
        client.post("/preferences/language/", {"language": "zh-hans", "next": "/en/c/x/"}).headers["Location"]
        == "/c/x/"
    )
    assert (
        client.post("/preferences/theme/", {"theme": "light", "next": "//evil.example/"}).headers["Location"]
        == "/"
    )


def test_reading_english_pages_keeps_private_pages_english(db: None, client: Client) -> None:
    client.get("/en/search/")

    assert "Your cart is empty" in client.get("/cart/").content.decode()
    assert client.get("/en/cart/").status_code == 404


def test_every_page_knows_its_visitor_and_only_once(db: None, client: Client) -> None:
    first = client.get("/").cookies["jishi_visitor"]
    again = client.get("/")

    assert first["httponly"]
    assert first["samesite"] == "Lax"
    assert "jishi_visitor" not in again.cookies
    client.cookies["jishi_visitor"] = "<script>"
    assert client.get("/").cookies["jishi_visitor"].value != "<script>"


def test_a_standalone_app_has_its_manifest_worker_and_offline_page(db: None, client: Client) -> None:
    manifest = client.get("/manifest.webmanifest").json()
    worker = client.get("/sw.js")

    assert manifest["short_name"] == "集柿"
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert "/offline/" in worker.content.decode()
    assert client.get("/offline/").status_code == 200


def test_a_message_is_a_toast(db: None, client: Client) -> None:
    assert CartFull.message
    person = shopfront.buyer("阿柿")
    client.force_login(User.objects.get(pk=person.id), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get("/checkout/", follow=True)

    assert 'class="toast bad"' in answer.content.decode()


# --- Budgets of first loads, as a server that compresses sends them ------------------------

KB = 1000


def wire(body: bytes) -> int:
    return len(brotli.compress(body, quality=5))


def weigh(client: Client, url: str) -> tuple[int, int, int, int]:
    """Compressed bytes of HTML, CSS and JS of a page, and how many requests its first load makes."""
    body = client.get(url).content
    text = body.decode()
    sheets = re.findall(r'<link rel="stylesheet" href="/static/([^"]+)"', text)
    scripts = re.findall(r'<script\b[^>]*src="/static/([^"]+)"', text)
    pictures = len(set(re.findall(r'<img\b[^>]*\bsrc="([^"]+)"', text)))

    def total(names: list[str]) -> int:
        return sum(wire(Path(finders.find(name)).read_bytes()) for name in names)  # type: ignore[arg-type]

    others = 4  # the page itself, the sprite, the tab's icon, the manifest
    return wire(body), total(sheets), total(scripts), len(sheets) + len(scripts) + pictures + others


@pytest.fixture
def street(db: None, settings, tmp_path) -> shopfront.Street:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    clock.now()
    return shopfront.build()


def test_first_loads_stay_within_their_budgets(street: shopfront.Street, client: Client) -> None:
    me = street.people[0]
    team = shopfront.start_team(street, 1, me)
    for number in (0, 4, 6, 8):
        shopfront.start_team(street, number, street.people[1])
    product = f"/p/{shopfront.slug_of(street, 0)}/"
    client.force_login(User.objects.get(pk=me.id), backend="django.contrib.auth.backends.ModelBackend")
    checkout = f"/checkout/?variant={street.variants[3][0]}&quantity=1"
    budgets = {
        "/": (14, 16, 30, 28),
        "/search/": (14, 16, 30, 28),
        product: (12, 16, 30, 22),
        f"/g/{team}/": (8, 16, 25, 14),
        checkout: (12, 16, 35, 16),
    }

    weighed = {url: weigh(client, url) for url in budgets}

    for url, (page, sheets, scripts, requests) in budgets.items():
        assert weighed[url][0] <= page * KB, (url, weighed[url])
        assert weighed[url][1] <= sheets * KB, (url, weighed[url])
        assert weighed[url][2] <= scripts * KB, (url, weighed[url])
        assert weighed[url][3] <= requests, (url, weighed[url])
    print(weighed)


# --- Contrast -----------------------------------------------------------------------------------


def tokens(scheme: int) -> dict[str, str]:
    """The colours of the light (0) or the dark (1) scheme."""
    text = (SURFACES / "shell/static/shell/css/core.css").read_text()
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", text))
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {**found, **{name: (light, dark)[scheme] for name, light, dark in pairs}}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "bg"),
        ("ink-2", "bg"),
        ("ink-3", "bg"),
        ("ink-3", "surface"),
        ("accent-text", "bg"),
        ("accent-text", "surface"),
        ("accent-ink", "accent"),
        ("accent-soft-ink", "accent-soft"),
        ("ok", "surface"),
        ("ok", "ok-soft"),
        ("gold", "gold-soft"),
        ("bad", "bad-soft"),
        ("paper", "kaki-600"),
        ("pine-50", "pine-700"),
        ("rose-ink", "kaki-600"),
    ],
)
def test_small_text_is_readable_in_both_schemes(text: str, ground: str, scheme: int) -> None:
    colours = tokens(scheme)
    light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5

"""Every page of the shop answers, in both languages, with few queries and under the strict policy."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import shopfront

from jishi.kernel import clock
from jishi.people.accounts.models import User

MOST_QUERIES = 12
CHINESE = re.compile(r".{0,60}[\u4e00-\u9fff].{0,60}")
KEPT = re.compile(
    r'<script.*?</script>|<span class="av[^>]*>[^<]*</span>|value="[^"]*"|中文|阿柿|老陈|柿子', re.S
)
"""What stays Chinese in English: people's names, the switch, and what the reader typed."""

STRICT = ("unsafe-inline", "unsafe-eval", "unsafe-hashes")


@pytest.fixture
def street(db: None, settings, tmp_path) -> shopfront.Street:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    clock.now()
    return shopfront.build(with_pictures=False)


def sign_in(client: Client, person_id: int) -> None:
    client.force_login(User.objects.get(pk=person_id), backend="django.contrib.auth.backends.ModelBackend")


def get(client: Client, url: str, *, most: int = MOST_QUERIES, **extra) -> str:  # type: ignore[no-untyped-def]
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, **extra)
    assert response.status_code == 200, (url, response.status_code, response.headers.get("Location"))
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= most, "\n".join([f"{len(asked)} on {url}", *(sql[:160] for sql in asked)])
    body = response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert not any(word in policy for word in STRICT)
    assert " style=" not in body
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/(ld\+)?json\"))", body)
    return body


def test_public_pages_answer_in_both_languages_within_twelve_queries(
    street: shopfront.Street, client: Client
) -> None:
    team = shopfront.start_team(street, 0, street.people[0])
    ref = shopfront.slug_of(street, 0)
    category = f"/c/{re.search(r'/c/([a-z0-9-]+)/', get(client, '/')).group(1)}/"  # type: ignore[union-attr]

    for path in (
        "/",
        "/?tab=teams",
        "/search/",
        "/search/?q=柿子",
        category,
        f"/s/{street.shop.slug}/",
        f"/p/{ref}/",
        f"/p/{ref}/choose/",
        f"/g/{team}/",
        f"/g/{team}/live/",
        "/search/suggest/?q=柿",
    ):
        chinese, english = get(client, path), get(Client(), "/en" + path)

        if "<html" in chinese:
            assert 'lang="zh-Hans"' in chinese
            assert 'lang="en"' in english
            assert 'hreflang="en"' in chinese
            assert re.search(r'rel="canonical" href="http://127.0.0.1:8000/en/', english)
        assert not CHINESE.search(KEPT.sub("", english)), (path, CHINESE.search(KEPT.sub("", english)))


def test_signed_in_pages_answer_within_twelve_queries(street: shopfront.Street, client: Client) -> None:
    me = street.people[0]
    team = shopfront.start_team(street, 0, me)
    order = shopfront.join(street, 1, me)
    sign_in(client, me.id)
    client.get("/cart/")
    variant = street.variants[3][0]
    client.post("/buy/", {"product": street.codes[3], "variant": variant, "quantity": 2, "do": "cart"})

    ref = shopfront.slug_of(street, 0)
    offer = street.offers[street.products[4]].code
    for path in (
        "/",
        f"/p/{ref}/",
        f"/g/{team}/",
        "/cart/",
        "/orders/",
        "/orders/?state=paid",
        f"/orders/{order}/",
    ):
        get(client, path)
    assert get(client, "/checkout/")
    assert get(client, f"/checkout/?variant={street.variants[4][0]}&quantity=1&offer={offer}")


def test_filters_are_counted_when_they_are_opened(street: shopfront.Street, client: Client) -> None:
    category = f"/c/{re.search(r'/c/([a-z0-9-]+)/', get(client, '/')).group(1)}/"  # type: ignore[union-attr]

    page = get(client, f"{category}?stock=1&sort=newest", most=3)
    form = get(client, f"{category}?stock=1&sort=newest&filters=1", most=3)
    sheet = get(client, f"{category}?stock=1&sort=newest&filters=1", headers={"HX-Request": "true"})

    assert 'href="?sort=newest&amp;stock=1&amp;filters=1"' in page
    assert 'name="min"' not in page
    assert "<html" in form and 'name="stock" value="1" checked' in form
    assert "<html" not in sheet and 'name="stock" value="1" checked' in sheet


def test_a_chosen_category_stays_chosen_when_the_order_changes(
    street: shopfront.Street, client: Client
) -> None:
    slug = re.search(r"/c/([a-z0-9-]+)/", get(client, "/")).group(1)  # type: ignore[union-attr]

    page = get(client, f"/search/?category={slug}")

    assert f'href="?category={slug}&amp;sort=newest"' in page

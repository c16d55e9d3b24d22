"""Pages of reviews and questions: they work without scripts, ask little of the database, keep names back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from tests.factories import bought, consoles, trade

from jishi.goods.catalog import queries as catalog
from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries
from jishi.social.reviews.models import Question, Review

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def client_of(person_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def ref(scene: trade.Scene) -> str:
    return catalog.get_product(scene.product_id, language="zh-hans").code


def test_an_order_is_reviewed_on_one_page_without_scripts() -> None:
    scene = trade.scene()
    order = bought.receive(scene)
    client = client_of(scene.buyer.id)
    page = consoles.body(client, f"/orders/{order}/review/")
    assert page.count('type="radio" name="stars-0"') == 5

    empty = client.post(f"/orders/{order}/review/", {})
    sent = client.post(
        f"/orders/{order}/review/",
        {"stars-0": "4", "text-0": "很甜很脆", "aspect-0-quality": "5", "note-0": "1"},
    )

    assert empty.status_code == 422
    assert sent.status_code == 302
    assert sent.headers["Location"].startswith("/post/?product=")
    row = Review.objects.get()
    assert (row.stars, row.text, row.aspects) == (4, "很甜很脆", {"quality": 5})
    again = client.post(f"/orders/{order}/review/", {"stars-0": "1"})
    assert again.status_code == 422
    assert Review.objects.get().stars == 4


def test_acc_107_somebody_elses_order_has_no_form() -> None:
    scene = trade.scene()
    order = bought.receive(scene)
    staff = consoles.owner_of(scene.shop.id)

    for stranger in (staff, bought.buyer().id):
        assert client_of(stranger).get(f"/orders/{order}/review/").status_code == 404
        assert client_of(stranger).post(f"/orders/{order}/review/", {"stars-0": "1"}).status_code == 404
    assert Review.objects.count() == 0


def test_the_product_page_tells_machines_and_readers_of_its_stars() -> None:
    scene = trade.scene()
    bought.review(scene, scene.buyer, stars=5)
    bought.settle()
    client = Client()

    page = consoles.body(client, f"/p/{ref(scene)}/")
    told = json.loads(re.findall(r'application/ld\+json">(.*?)</script>', page)[0])
    part = consoles.body(client, f"/p/{ref(scene)}/reviews/?part=product")

    assert told["aggregateRating"]["reviewCount"] == 1
    assert 1 <= float(told["aggregateRating"]["ratingValue"]) <= 5
    assert bought.WORDS in part


def test_the_list_filters_sorts_and_keeps_unnamed_people_unnamed() -> None:
    scene = trade.scene()
    bought.review(scene, scene.buyer, is_anonymous=True)
    bought.settle()
    client = client_of(bought.buyer().id)

    for query in ("", "?sort=lowest", "?only=photos", "?stars=5", "?sort=nonsense&stars=9"):
        page = consoles.body(client, f"/p/{ref(scene)}/reviews/{query}")
        assert "买家" not in re.sub(r"<[^>]+>", "", page.split("<article")[-1]) or "<article" not in page
    page = consoles.body(client, f"/en/p/{ref(scene)}/reviews/")
    assert "***" in page
    assert "5 of 5 stars" in page


def test_inp_122_markup_in_reviews_and_questions_is_text() -> None:
    scene, evil = trade.scene(), "<script>alert(1)</script>"
    bought.review(scene, scene.buyer, text=evil)
    code = reviews.ask(author_id=scene.buyer.id, product_id=scene.product_id, text=evil)
    reviews.answer(author_id=scene.buyer.id, code=code, text=evil)
    client = Client()

    for url in (f"/p/{ref(scene)}/reviews/", f"/p/{ref(scene)}/questions/", f"/q/{code}/"):
        page = consoles.body(client, url)
        assert evil not in page, url
        assert "&lt;script&gt;alert(1)" in page, url


def test_helpful_is_a_tap_with_and_without_scripts() -> None:
    scene = trade.scene()
    code = bought.review(scene, scene.buyer)
    client = client_of(bought.buyer().id)

    plain = client.post(f"/reviews/{code}/helpful/", {})
    fragment = client.post(f"/reviews/{code}/helpful/", {"undo": "1"}, headers={"HX-Request": "true"})

    assert plain.headers["Location"].endswith(f"#r-{code}")
    assert b'aria-pressed="false"' in fragment.content
    assert Review.objects.get().helpful_count == 0


def test_ones_own_reviews_are_changed_followed_up_and_removed() -> None:
    scene = trade.scene()
    order = bought.receive(scene)
    client = client_of(scene.buyer.id)
    assert order in consoles.body(client, "/me/reviews/")
    client.post(f"/orders/{order}/review/", {"stars-0": "4", "text-0": "很甜很脆"})
    code = Review.objects.get().code
    consoles.body(client, f"/me/reviews/{code}/")

    client.post(f"/me/reviews/{code}/", {"do": "edit", "stars": "2", "text": "后来软了"})
    early = client.post(f"/me/reviews/{code}/", {"do": "follow_up", "text": "太早"})
    history = consoles.body(Client(), f"/reviews/{code}/history/")
    written = consoles.body(client, "/me/reviews/?tab=written")
    client.post(f"/me/reviews/{code}/", {"do": "remove"})

    assert early.status_code == 422
    assert "很甜很脆" in history
    assert "后来软了" in written
    assert Review.objects.get().state == "removed"


def test_questions_are_asked_answered_and_followed_by_plain_forms() -> None:
    scene, asker = trade.scene(), bought.buyer().id
    bought.receive(scene)
    client, buyer = client_of(asker), client_of(scene.buyer.id)
    asked = client.post(f"/p/{ref(scene)}/questions/", {"text": "能放多久？", "key": "k1"})
    code = Question.objects.get().code
    assert asked.headers["Location"] == f"/q/{code}/"
    assert "能放多久" in consoles.body(buyer, "/me/questions/")

    client.post(f"/q/{code}/do/", {"do": "ask_buyers"})
    buyer.post(f"/q/{code}/answer/", {"text": "十天", "key": "k2"})
    buyer.post(f"/q/{code}/do/", {"do": "follow"})
    answer = queries.get_question(code, viewer_id=None).answers[0]
    client.post(f"/q/{code}/do/", {"do": "vote", "answer": answer.code})
    client.post(f"/q/{code}/do/", {"do": "best", "answer": answer.code})

    found = queries.get_question(code, viewer_id=None)
    assert (found.follow_count, found.answers[0].vote_count, found.answers[0].is_best) == (2, 1, True)
    consoles.body(client, f"/q/{code}/")
    assert (
        Client().post(f"/p/{ref(scene)}/questions/", {"text": "?"}).headers["Location"].startswith("/login/")
    )
    assert clock.now() > found.created_at

"""At most twelve statements for pages of notes, communities and reviews with much on them, for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories import bought, clubs, consoles, jotted, trade, written

from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.people.accounts.models import User
from jishi.social.communities import operations as communities
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft, PinDraft
from jishi.social.polls import operations as polls
from jishi.social.polls.contracts import PollDraft
from jishi.social.reviews import operations as reviews

pytestmark = pytest.mark.django_db
MANY = 6


def browsers(*people: int) -> list[Client]:
    """Nobody, and these people."""
    clients = [Client()]
    for person in people:
        client = Client()
        client.force_login(User.objects.get(pk=person), backend=consoles.BACKEND)
        clients.append(client)
    return clients


def within(clients: list[Client], *urls: str) -> None:
    """Each page twice, as the first reader fills what is kept between requests."""
    for client in clients:
        for url in urls:
            client.get(url)
            consoles.body(client, url)


def test_a_note_with_everything_on_it(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    author, reader = jotted.person(), jotted.person()
    scene = trade.scene()
    kept = notes.store_pictures(person_id=author, uploads=[written.photo("red")])
    film = notes.store_video(person_id=author, data=written.film())
    for _ in range(2):
        written.note(author, "别的视频", video=film)
    code = written.note(
        author,
        "看 https://example.org/a #柿子",
        pictures=tuple(kept),
        video=film,
        pins=(PinDraft(scene.product_id),),
    )
    written.note(author, "再一条", video=film)
    closes = clock.now() + timedelta(days=1)
    polls.attach(
        author_id=author,
        note_code=code,
        draft=PollDraft(question="几月？", options=("六月", "十月"), closes_at=closes),
    )
    for number in range(MANY):
        person = jotted.person()
        said = notes.comment(author_id=person, code=code, text=f"第 {number} 句")
        notes.comment(author_id=author, code=code, text="谢谢", parent=said)
        notes.like(person_id=person, code=code)
    relay.drain()

    within(browsers(author, reader), f"/notes/{code}/", f"/notes/{code}/comments/")
    within(browsers(author)[1:], "/me/notes/", "/me/favourites/", f"/post/{code}/")


def test_a_lively_community() -> None:
    now = clock.now()
    slug = clubs.club(at=now)
    owner = clubs.owner_of(slug)
    for number in range(MANY):
        member = clubs.join(slug, at=now)
        note = notes.save(author_id=member, draft=NoteDraft(text=f"第 {number} 篇"))
        notes.publish(author_id=member, code=note)
        communities.attach_post(author_id=member, note_code=note, slug=slug)
        clubs.event(slug, at=now, hours=24 + number, title=f"第 {number} 次茶会", text=f"第 {number} 回。")
    communities.announce(person_id=owner, slug=slug, title="周末茶会", text="都来")
    relay.drain()
    stranger = jotted.person()
    tabs = [f"/k/{slug}/?tab={tab}" for tab in ("feed", "pinned", "events", "offers", "members", "about")]

    within(browsers(owner, member, stranger), f"/k/{slug}/", *tabs, "/communities/")
    within(browsers(owner)[1:], f"/k/{slug}/desk/", f"/k/{slug}/log/")


def test_a_product_that_many_judge_and_ask_about() -> None:
    scene = trade.scene()
    asker = jotted.person()
    buyers = [bought.buyer() for _ in range(MANY)]
    codes = [bought.review(scene, who, stars=1 + n % 5) for n, who in enumerate(buyers)]
    for n, code in enumerate(codes):
        reviews.vote(person_id=asker, code=code)
        question = reviews.ask(author_id=asker, product_id=scene.product_id, text=f"第 {n} 个问题？")
        reviews.answer(author_id=buyers[n].id, code=question, text="很好。")
        reviews.answer(author_id=buyers[n - 1].id, code=question, text="也很好。")
    bought.settle(clock.now())
    order = bought.receive(scene, buyers[0], at=clock.now() - timedelta(days=2))
    ref = trade.order(order).lines[0].product_code
    mine = browsers(buyers[0].id)

    within(
        [*mine, *browsers(asker)[1:]],
        f"/p/{ref}/reviews/",
        f"/p/{ref}/reviews/?part=product",
        f"/p/{ref}/questions/",
        f"/q/{question}/",
    )
    within(
        mine[1:],
        f"/orders/{order}/review/",
        "/me/reviews/",
        "/me/reviews/?tab=written",
        f"/me/reviews/{codes[0]}/",
        "/me/questions/",
    )

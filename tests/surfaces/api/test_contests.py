"""Polls, draws, challenges, uploads for reviews and notes for communities through the API."""

import hashlib
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories import bought, clubs, jotted, trade, written

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.social.challenges import operations as challenges
from jishi.social.communities.models import Post
from jishi.social.notes.models import Note
from jishi.social.polls import operations as polls
from jishi.social.polls.models import Ballot
from jishi.social.reviews.models import Review


def quiz(**changes):
    """A quiz as the API takes it."""
    return {
        "question": "柿子几月熟？",
        "options": ["六月", "十月"],
        "closes_at": (clock.now() + timedelta(days=1)).isoformat(),
        "right": [1],
        "prize": "一箱柿子",
        "prize_count": 1,
        "prize_value_minor": 3900,
        **changes,
    }


def test_a_quiz_is_answered_once_closed_and_its_draw_repeated(people, nobody):
    author, readers = people(), [people() for _ in range(4)]
    note = jotted.note(author.person_id)
    poll = author.post(f"/notes/{note}/poll", quiz(), key="attach-it-once", status=201)
    code = poll["code"]
    assert readers[0].get(f"/notes/{note}/poll")["options"][0]["count"] is None
    assert nobody.get(f"/polls/{code}/draw") == {
        "code": code,
        "commitment": nobody.get(f"/polls/{code}/draw")["commitment"],
        "seed": "",
        "entry_digest": "",
        "right_count": None,
        "entries": [],
        "winners": [],
    }

    for reader in readers:
        for _ in range(2):
            seen = reader.post(f"/polls/{code}/vote", {"positions": [1]}, key="vote-just-once")
    assert (seen["voter_count"], seen["options"][1]["count"]) == (4, 4)
    readers[0].post(f"/polls/{code}/vote", {"positions": [0]}, key="another-try-1", status=409)
    readers[0].post(f"/polls/{code}/vote", {"positions": [7]}, key="no-such-answer", status=400)
    assert Ballot.objects.count() == 4
    polls.close_due(clock.now() + timedelta(days=2))

    draw = nobody.get(f"/polls/{code}/draw")
    assert hashlib.sha256(draw["seed"].encode()).hexdigest() == draw["commitment"]
    right = [one["code"] for one in draw["entries"] if one["is_right"]]
    assert len(right) == draw["right_count"] == 4
    again = sorted(
        right,
        key=lambda one: hashlib.sha256(f"{draw['seed']}|{draw['entry_digest']}|{one}".encode()).hexdigest(),
    )
    assert draw["winners"] == again[:1]
    results = [reader.get(f"/polls/{code}") for reader in readers]
    assert sum(one["won"] for one in results) == 1
    winner = next(reader for reader, one in zip(readers, results, strict=True) if one["won"])
    assert winner.post(f"/polls/{code}/claim")["is_claimed"]
    author.post(f"/polls/{code}/claim", {}, status=409)


def test_a_poll_under_a_private_note_does_not_exist_for_others(people, nobody):
    author, reader = people(), people()
    note = jotted.note(author.person_id, visibility="private")
    code = author.post(f"/notes/{note}/poll", quiz(), key="only-for-me-1", status=201)["code"]

    reader.get(f"/polls/{code}", status=404)
    reader.get(f"/notes/{note}/poll", status=404)
    nobody.get(f"/polls/{code}/draw", status=404)
    reader.post(f"/polls/{code}/vote", {"positions": [1]}, key="not-for-me-1", status=404)
    reader.post(f"/notes/{note}/poll", quiz(), key="not-my-note-1", status=403)
    assert Ballot.objects.count() == 0


def test_a_challenge_is_opened_entered_judged_and_won(people, nobody):
    host, judge, writers = people(), people(), [people(), people()]
    User.objects.filter(pk=host.person_id).update(is_operator=True)
    now = clock.now()
    body = {
        "topic": "柿子",
        "title": "柿子的一百种吃法",
        "rules": "写出来。",
        "prize": "一箱柿子",
        "method": "jury",
        "starts_at": (now - timedelta(minutes=1)).isoformat(),
        "ends_at": (now + timedelta(days=1)).isoformat(),
        "judged_at": (now + timedelta(days=2)).isoformat(),
        "judges": [judge.get("/me")["code"]],
    }
    judge.post("/ops/challenges", body, key="not-an-operator", status=403)
    code = host.post("/ops/challenges", body, key="open-it-once-1", status=201)["challenge"]["code"]

    entries = []
    for writer, points in zip(writers, (4, 9), strict=True):
        note = jotted.note(writer.person_id, topic="柿子")
        for _ in range(2):
            made = writer.post(
                f"/challenges/{code}/entries", {"note_code": note}, key="enter-just-once", status=201
            )
        entries.append(made["code"])
        judge.call("PUT", f"/entries/{made['code']}/points", {"points": points})
    writers[0].call("PUT", f"/entries/{entries[1]}/points", {"points": 1}, status=403)
    writers[0].post(f"/entries/{entries[1]}/vote", {}, key="no-votes-here-1", status=409)
    assert [one["points"] for one in nobody.get(f"/challenges/{code}")["entries"]] == [None, None]
    assert nobody.get(f"/challenges/{code}/winners")["items"] == []
    challenges.end_due(now + timedelta(days=3))

    [won] = nobody.get(f"/challenges/{code}/winners")["items"]
    assert (won["code"], won["rank"], won["points"]) == (entries[1], 1, 9)
    assert nobody.get("/challenges")["items"][0]["stage"] == "ended"


def test_a_note_goes_to_a_community_in_one_step_or_not_at_all(people):
    owner, member, stranger = people(), people(), people()
    slug = clubs.club(owner.person_id)
    clubs.join(slug, member.person_id)

    for _ in range(2):
        made = member.post(
            f"/communities/{slug}/notes", {"text": "我的第一篇"}, key="post-just-once", status=201
        )
    stranger.post(f"/communities/{slug}/notes", {"text": "我也来"}, key="not-a-member-1", status=403)

    assert made["state"] == "published"
    assert [post.note.code for post in Post.objects.select_related("note")] == [made["code"]]
    assert Note.objects.count() == 1
    assert member.get(f"/communities/{slug}/posts")["items"][0]["note_code"] == made["code"]


def test_inp_126_a_review_carries_uploaded_pictures_without_their_place(people):
    scene, author, thief = trade.scene(), people(), people()
    order = bought.receive(scene, at=clock.now() - timedelta(days=10))
    buyer = trade.order(order).buyer_id
    author.__init__(buyer)
    ticket = _upload(author)["ticket"]
    body = {"stars": 5, "text": bought.WORDS, "pictures": [ticket]}
    thief_ticket = _upload(thief)["ticket"]

    path = f"/orders/{order}/lines/0/review"
    author.post(path, {**body, "pictures": [thief_ticket]}, key="somebody-elses", status=400)
    code = author.post(path, body, key="review-it-once", status=201)["code"]

    assert len(Review.objects.get(code=code).pictures) == 1
    author.call("PUT", f"/reviews/{code}", {"stars": 4, "text": bought.WORDS})
    assert len(Review.objects.get(code=code).pictures) == 1
    author.call("PUT", f"/reviews/{code}", {"stars": 4, "text": bought.WORDS, "pictures": []})
    assert Review.objects.get(code=code).pictures == []
    Review.objects.update(created_at=clock.now() - timedelta(days=9))
    follow_up = {"text": "用了一周，还是很好。", "pictures": [ticket]}
    assert len(author.post(f"/reviews/{code}/follow-up", follow_up)["follow_up"]["pictures"]) == 1


def test_a_note_is_shared(people):
    author, reader = people(), people()
    note = jotted.note(author.person_id)

    made = reader.post("/shares", {"kind": "note", "key": note}, status=201)

    assert (made["kind"], made["key"]) == ("note", note)


def _upload(app):
    """Send a camera's picture as a form and return the answer."""
    file = SimpleUploadedFile("a.jpg", written.photo(), content_type="image/jpeg")
    answer = app.client.post(
        "/api/v1/uploads/review-pictures", {"file": file}, headers={"X-Session-Token": app.token}
    )
    assert answer.status_code == 201, answer.content
    return answer.json()

"""Talking through the API: one line per key, nothing for outsiders, a pass for the streams."""

import pytest

from jishi.people.accounts import operations as accounts
from jishi.social.graph import operations as graph
from jishi.social.messaging import queries as talks

pytestmark = pytest.mark.django_db


def test_two_people_talk_and_a_third_finds_nothing(people):
    one, other, outsider = people(), people(), people()
    graph.follow(person_id=one.person_id, other_id=other.person_id)
    graph.follow(person_id=other.person_id, other_id=one.person_id)
    code = one.post("/talks", {"person": other.get("/me")["code"]}, status=201)["code"]

    first = one.post(f"/talks/{code}/messages", {"text": "柿子熟了"}, key="line-one", status=201)
    again = one.post(f"/talks/{code}/messages", {"text": "柿子熟了"}, key="line-one", status=201)

    assert first == again
    [line] = other.get(f"/talks/{code}/messages")["items"]
    assert (line["no"], line["text"], line["is_own"]) == (1, "柿子熟了", False)
    assert other.get("/notices")["unread_messages"] == 1
    other.post(f"/talks/{code}/read", {"no": 1})
    assert other.get("/notices")["unread_messages"] == 0
    for method, path, body in (
        ("GET", f"/talks/{code}", {}),
        ("GET", f"/talks/{code}/messages", {}),
        ("POST", f"/talks/{code}/messages", {"text": "ich"}),
        ("POST", f"/talks/{code}/read", {"no": 1}),
        ("POST", f"/talks/{code}/messages/{first['code']}/recall", {}),
    ):
        outsider.call(method, path, body, key="an-outsiders-key", status=404)
    assert len(talks.list_messages(code, viewer_id=one.person_id)) == 1


def test_the_pass_opens_the_callers_own_streams(people):
    caller = people()

    claims = accounts.read_lane_token(token=caller.post("/lane-pass", {})["token"])

    assert claims is not None and claims.person_id == caller.person_id


def test_what_reaches_me_is_chosen(people):
    caller = people()
    wish = {"choices": [{"topic": "social", "channel": "mail", "mode": "off"}]}

    answer = caller.call("PUT", "/notification-choices", wish, status=200)

    assert answer["topics"]["social"]["mail"] == "off"
    bad = {"choices": [{"topic": "weather", "channel": "mail", "mode": "off"}]}
    assert (
        caller.call("PUT", "/notification-choices", bad, status=400)["code"] == "notifications.choice_invalid"
    )

"""Challenges at the desk, and polls, challenges and communities as cases."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from tests.factories import clubs, consoles, jotted

from jishi.goods.catalog import operations as catalog_operations
from jishi.goods.catalog import queries as catalog
from jishi.kernel import audit, clock
from jishi.people.accounts import queries as people
from jishi.people.accounts.models import User
from jishi.people.notifications.models import Notice
from jishi.social.challenges import operations as challenges
from jishi.social.challenges import queries as challenge_queries
from jishi.social.challenges.errors import ChallengeNotFound
from jishi.social.challenges.models import Challenge, Voice
from jishi.social.communities import queries as communities
from jishi.social.communities.errors import CommunityNotFound
from jishi.social.polls import operations as polls
from jishi.social.polls import queries as poll_queries
from jishi.social.polls.contracts import PollDraft
from jishi.social.polls.errors import PollClosed, PollNotFound
from jishi.social.reviews import queries as reviews
from jishi.trust.moderation import operations as moderation

pytestmark = pytest.mark.django_db


def browser(person_id: int) -> Client:
    User.objects.filter(pk=person_id).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend=consoles.BACKEND)
    return client


def form(judge_id: int, **changes: str) -> dict[str, str]:
    now = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    card = people.list_people([judge_id])[judge_id]
    return {
        "topic": "柿子",
        "title": "A hundred ways to eat one",
        "rules": "Write it down.",
        "prize": "A box",
        "winner_count": "1",
        "method": "jury",
        "starts_at": f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}",
        "judged_at": f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "judges": card.code,
        **changes,
    }


def test_a_challenge_is_announced_judged_and_seen_to_its_end() -> None:
    judge = jotted.person(is_operator=True)
    desk = browser(judge)

    assert desk.post("/ops/challenges/new/", form(judge, judges="nobody")).status_code == 422
    assert desk.post("/ops/challenges/new/", form(judge, ends_at="soon")).status_code == 422
    made = desk.post("/ops/challenges/new/", form(judge))
    code = Challenge.objects.get().code
    writer = jotted.person()
    note = jotted.note(writer, topic="柿子")
    entry = challenges.enter(person_id=writer, code=code, note_code=note)
    before = consoles.body(desk, f"/ops/challenges/{code}/")
    desk.post(f"/ops/challenges/{code}/entries/{entry}/score/", {"points": "8"})
    desk.post(f"/ops/challenges/{code}/entries/{entry}/score/", {"points": "eleven"})
    after = consoles.body(desk, f"/ops/challenges/{code}/")
    challenges.end_due(clock.now() + timedelta(days=3))
    ended = consoles.body(desk, f"/ops/challenges/{code}/")

    assert made["Location"] == f"/ops/challenges/{code}/"
    assert "Give points" in before and Voice.objects.get().points == 8
    assert 'class="r num">8<' in after
    assert "Call it off" not in ended and 'class="r num">1</td>' in ended
    assert "A hundred ways" in consoles.body(desk, "/ops/challenges/")


def test_a_challenge_that_is_called_off_has_no_winners_and_everybody_is_told() -> None:
    judge = jotted.person(is_operator=True)
    desk = browser(judge)
    desk.post("/ops/challenges/new/", form(judge))
    code = Challenge.objects.get().code
    writer = jotted.person()
    challenges.enter(person_id=writer, code=code, note_code=jotted.note(writer, topic="柿子"))

    desk.post(f"/ops/challenges/{code}/call-off/", {"reason": ""})
    assert Challenge.objects.get().ended_at is None
    desk.post(f"/ops/challenges/{code}/call-off/", {"reason": "The box was empty"})
    desk.post(f"/ops/challenges/{code}/call-off/", {"reason": "again"})
    challenges.end_due(clock.now() + timedelta(days=3))

    assert Challenge.objects.get().called_off == "The box was empty"
    assert [one.kind for one in Notice.objects.filter(person_id=writer)] == ["challenge_called_off"]
    assert "The box was empty" in consoles.body(browser(writer), f"/challenges/{code}/")
    assert len(audit.list_entries(action="challenges.call_off")) == 1


def decided(kind: str, code: str, *, operator: int) -> str:
    """Report something, and have an operator hide it; returns the case."""
    reader = jotted.person()
    page = consoles.body(browser(reader), f"/report/{kind}/{code}/")
    assert "<form" in page
    case = moderation.report(reporter_id=reader, kind=kind, code=code, reason="scam").case_code
    desk = browser(operator)
    assert consoles.body(desk, f"/ops/moderation/?kind={kind}").count(case) >= 1
    desk.post(f"/ops/moderation/{case}/decide/", {"action": "hide", "reason": "scam"})
    return case


def overturn(case: str, author: int) -> None:
    """The author appeals, and another operator takes the decision back."""
    moderation.appeal(author_id=author, case_code=case, text="It is not")
    other = jotted.person(is_operator=True)
    moderation.decide_appeal(moderator_id=other, case_code=case, outcome="overturned")


def test_a_poll_that_is_hidden_is_neither_seen_answered_nor_drawn() -> None:
    author, reader, operator = jotted.person(), jotted.person(), jotted.person(is_operator=True)
    note = jotted.note(author)
    closes = clock.now() + timedelta(days=1)
    draft = PollDraft(
        question="几月？", options=("六月", "十月"), closes_at=closes, right=(1,), prize="柿子", prize_count=1
    )
    poll = polls.attach(author_id=author, note_code=note, draft=draft)

    case = decided("poll", poll, operator=operator)

    with pytest.raises(PollNotFound):
        poll_queries.get_poll(poll, viewer_id=reader)
    with pytest.raises(PollNotFound):
        polls.vote(person_id=reader, code=poll, positions=[1])
    with pytest.raises(PollClosed):
        polls.vote(person_id=author, code=poll, positions=[1])
    assert polls.close_due(closes + timedelta(hours=1)) == 0
    assert poll not in consoles.body(browser(reader), f"/notes/{note}/")
    overturn(case, author)
    polls.vote(person_id=reader, code=poll, positions=[1])
    assert polls.close_due(closes + timedelta(hours=1)) == 1


def test_a_challenge_that_is_hidden_waits_for_its_end() -> None:
    host, judge, operator = jotted.person(is_operator=True), jotted.person(), jotted.person(is_operator=True)
    browser(host).post("/ops/challenges/new/", form(judge))
    code = Challenge.objects.get().code

    case = decided("challenge", code, operator=operator)

    with pytest.raises(ChallengeNotFound):
        challenge_queries.get_challenge(code, viewer_id=judge)
    assert challenge_queries.page_challenges().items == []
    assert "out of sight" in consoles.body(browser(operator), f"/ops/challenges/{code}/")
    assert challenges.end_due(clock.now() + timedelta(days=3)) == 0
    overturn(case, host)
    assert challenges.end_due(clock.now() + timedelta(days=3)) == 1


def test_a_community_that_is_hidden_keeps_its_members() -> None:
    owner, operator = jotted.person(), jotted.person(is_operator=True)
    slug = clubs.club(owner)
    member = clubs.join(slug)
    assert f"/report/community/{slug}" in consoles.body(browser(member), f"/k/{slug}/?tab=about")

    case = decided("community", slug, operator=operator)

    for viewer in (owner, member, None):
        with pytest.raises(CommunityNotFound):
            communities.get_community(slug, viewer_id=viewer)
    assert browser(member).get(f"/k/{slug}/").status_code == 404
    overturn(case, owner)
    again = communities.get_community(slug, viewer_id=member)
    assert again.member_count == 2 and again.can_see_content


def test_operators_choose_what_reviews_of_a_category_judge() -> None:
    world = consoles.build()
    desk = world.client("operator")
    made = catalog_operations.save_category(slug="tea", name={"zh-hans": "茶", "en": "Tea"})
    [first] = [one for one in catalog.list_categories("en") if one.category_id == made]
    url = f"/ops/aspects/{first.slug}/"

    desk.post(url, {"code": ["taste", "freshness"]})
    desk.post(url, {"code": ["taste", "nonsense"]})
    desk.post(url, {"code": []})

    assert reviews.list_aspect_sets() == {first.category_id: ("taste", "freshness")}
    assert len(audit.list_entries(action="reviews.aspects")) == 1
    page = consoles.body(desk, "/ops/aspects/")
    assert 'value="taste" checked' in page and 'value="fit" checked' not in page
    assert desk.post("/ops/aspects/no-such-place/", {"code": ["taste"]}).status_code == 404

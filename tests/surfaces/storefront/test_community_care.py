"""Looking after a community by plain forms: bans lifted, quiet members, strategy, reports, the door."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from tests.factories import clubs, jotted
from tests.surfaces.storefront.test_community_pages import browser, read

from jishi.kernel import clock
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import AudienceRef
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.errors import InvitationNeeded
from jishi.social.communities.models import Community, Membership
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft
from jishi.social.notes.models import Note
from jishi.trust.moderation import operations as moderation

pytestmark = pytest.mark.django_db
DESK = ("members/", "quiet/", "strategy/", "cases/")


def code_of(person_id: int) -> str:
    return accounts.get_person(person_id).code


def posted(slug: str, author_id: int) -> str:
    """A post of a member's, for members."""
    draft = NoteDraft(text="便宜货，加我", visibility="audience", audience=AudienceRef("community", slug))
    code = notes.save(author_id=author_id, draft=draft)
    notes.publish(author_id=author_id, code=code)
    communities.attach_post(author_id=author_id, note_code=code, slug=slug)
    return code


def test_every_page_is_for_moderators_and_takes_few_statements() -> None:
    slug = clubs.club(at=clock.now())
    owner, member = clubs.owner_of(slug), clubs.join(slug, at=clock.now())

    for path in DESK:
        read(browser(owner), f"/k/{slug}/desk/{path}")
        assert browser(member).get(f"/k/{slug}/desk/{path}").status_code == 403
        assert browser(None).get(f"/k/{slug}/desk/{path}").status_code == 302


def test_a_ban_and_a_mute_are_seen_and_lifted() -> None:
    slug = clubs.club(at=clock.now())
    owner = clubs.owner_of(slug)
    muted, banned = clubs.join(slug, at=clock.now()), clubs.join(slug, at=clock.now())
    about = {"actor_id": owner, "slug": slug, "reason": "吵"}
    communities.mute(**about, person_id=muted, hours=5)
    communities.ban(**about, person_id=banned, days=3)
    client = browser(owner)

    page = read(client, f"/k/{slug}/desk/members/")
    for who, do in ((muted, "unmute"), (banned, "unban")):
        assert code_of(who) in page and f'value="{do}"' in page
        answer = client.post(f"/k/{slug}/desk/do/", {"do": do, "person": code_of(who), "reason": "说过了"})
        assert answer.headers["Location"].endswith("/desk/members/")

    assert queries.list_restrained(clubs.id_of(slug), viewer_id=owner) == ()
    clubs.join(slug, banned, at=clock.now())
    assert queries.is_member(slug, banned)


def test_who_brings_people_is_counted() -> None:
    slug = clubs.club(join_policy="invitation", at=clock.now())
    owner = clubs.owner_of(slug)
    link = communities.invite(person_id=owner, slug=slug, at=clock.now())
    clubs.join(slug, invitation=link, at=clock.now())
    gone = clubs.join(slug, invitation=link, at=clock.now())
    communities.leave(person_id=gone, slug=slug)
    listed = read(browser(owner), f"/k/{slug}/invitations/")
    assert f"/k/{slug}/join/?i={link}" in listed and 'value="revoke"' in listed
    assert browser(gone).get(f"/k/{slug}/invitations/").status_code in (403, 404)

    ended = browser(owner).post(f"/k/{slug}/do/", {"do": "revoke", "invitation": link})
    assert 'value="revoke"' not in read(browser(owner), ended["Location"])
    with pytest.raises(InvitationNeeded):
        clubs.join(slug, invitation=link, at=clock.now())

    [row] = queries.list_inviters(clubs.id_of(slug))
    page = read(browser(owner), f"/k/{slug}/desk/members/")

    assert (row.person.id, row.brought, row.stayed) == (owner, 2, 1)
    assert "2" in page and row.person.nickname in page


def test_quiet_members_are_paged_and_asked() -> None:
    slug = clubs.club(at=clock.now())
    owner = clubs.owner_of(slug)
    quiet = [clubs.join(slug, at=clock.now()) for _ in range(32)]
    long_ago = clock.now() - timedelta(days=90)
    Membership.objects.filter(person_id__in=quiet).update(last_active_at=long_ago)
    client = browser(owner)

    first = read(client, f"/k/{slug}/desk/quiet/")
    asked = client.post(f"/k/{slug}/desk/do/", {"do": "notice", "person": code_of(quiet[0])})

    assert "cursor=" in first and first.count('value="notice"') == 30
    assert asked.headers["Location"].endswith("/desk/quiet/")
    assert Membership.objects.filter(removal_due_at__isnull=False).count() == 1


def test_a_strategy_and_its_evaluation_with_the_figures_of_the_day() -> None:
    slug = clubs.club(at=clock.now())
    client = browser(clubs.owner_of(slug))
    url = f"/k/{slug}/desk/strategy/"

    client.post(url, {"do": "strategy", "text": "每周一次茶会"})
    client.post(url, {"do": "evaluate", "text": "来了很多人"})
    assert client.post(url, {"do": "evaluate", "text": " "}).status_code == 422

    rows = queries.list_strategies(clubs.id_of(slug))
    assert [(row.kind, bool(row.figures)) for row in rows] == [("evaluation", True), ("strategy", False)]
    page = read(client, url)
    assert "每周一次茶会" in page and "来了很多人" in page


def test_a_reported_post_is_decided_at_the_communitys_own_desk() -> None:
    slug, other = (clubs.club(is_members_only=True, at=clock.now()) for _ in range(2))
    owner, author, reader = clubs.owner_of(slug), clubs.join(slug), clubs.join(slug, jotted.person())
    code = posted(slug, author)
    assert f"/report/note/{code}/" in read(browser(reader), f"/k/{slug}/")
    case = moderation.report(reporter_id=reader, kind="note", code=code, reason="spam").case_code

    assert case in read(browser(owner), f"/k/{slug}/desk/cases/")
    assert case not in read(browser(clubs.owner_of(other)), f"/k/{other}/desk/cases/")
    decision = {"case": case, "do": "hide", "reason": "spam", "note": "广告"}
    browser(clubs.owner_of(other)).post(f"/k/{other}/desk/cases/", decision)
    assert Note.objects.get(code=code).state == "published"
    browser(owner).post(f"/k/{slug}/desk/cases/", decision)

    assert Note.objects.get(code=code).state == "hidden"
    assert case not in read(browser(owner), f"/k/{slug}/desk/cases/")


def test_the_code_at_the_door_is_drawn_for_the_host_alone() -> None:
    slug = clubs.club(at=clock.now())
    host, member = browser(clubs.owner_of(slug)), browser(clubs.join(slug, at=clock.now()))
    code = clubs.event(slug, at=clock.now())
    url = f"/k/{slug}/events/{code}/door.svg"

    drawn = host.get(url)

    assert drawn.headers["Content-Type"] == "image/svg+xml" and b"<svg" in drawn.content
    assert drawn.headers["Cache-Control"] == "no-store"
    assert url in read(host, f"/k/{slug}/events/{code}/")
    assert member.get(url).status_code == 403
    assert "door.svg" not in read(member, f"/k/{slug}/events/{code}/")


def test_more_places_let_people_move_up_and_fewer_than_taken_are_refused() -> None:
    slug = clubs.club(at=clock.now())
    code = clubs.event(slug, capacity=1, at=clock.now())
    for _ in range(3):
        communities.sign_up(person_id=clubs.join(slug, at=clock.now()), slug=slug, code=code)
    client, url = browser(clubs.owner_of(slug)), f"/k/{slug}/events/{code}/do/"

    client.post(url, {"do": "capacity", "capacity": "2"})
    client.post(url, {"do": "capacity", "capacity": "1"})
    client.post(url, {"do": "capacity", "capacity": "viele"})
    browser(clubs.join(slug, at=clock.now())).post(url, {"do": "capacity", "capacity": "50"})

    event = queries.get_event(slug, code, viewer_id=clubs.owner_of(slug))
    assert (event.capacity, event.going, event.waiting) == (2, 2, 1)


def test_a_cover_is_stored_without_its_metadata_and_shown(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    slug = clubs.club(at=clock.now())
    client = browser(clubs.owner_of(slug))
    words = {
        "name": "慢慢喝茶",
        "for_whom": "茶友",
        "about": "聊茶",
        "join_policy": "open",
        "rules": "好好说话。",
    }
    drawn = BytesIO()
    Image.new("RGB", (640, 400), "tomato").save(drawn, "JPEG")
    drawn.seek(0)
    drawn.name = "cover.jpg"

    client.post(f"/k/{slug}/edit/", words | {"cover": drawn})
    stored = Community.objects.get(slug=slug).cover
    client.post(f"/k/{slug}/edit/", words | {"about": "聊茶，换茶"})
    bad = BytesIO(b"no picture at all")
    bad.name = "cover.jpg"
    refused = client.post(f"/k/{slug}/edit/", words | {"cover": bad})

    assert stored and Community.objects.get(slug=slug).cover == stored
    assert refused.status_code == 422
    assert 'class="k-cover"' in read(client, f"/k/{slug}/")

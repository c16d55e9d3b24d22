"""People, choices and communities through the API: the refusals of the pages, and writes safe to repeat."""

import pytest
from tests.factories import clubs

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.people.privacy import queries as privacy
from jishi.social.communities import queries as communities
from jishi.social.communities.models import Invitation
from jishi.social.graph import queries

pytestmark = pytest.mark.django_db


def code_of(app):
    return User.objects.get(pk=app.person_id).code


def test_following_blocking_and_what_the_blocked_reads(people):
    one, other = people(), people()
    path = f"/people/{code_of(other)}"

    for _ in range(2):
        assert one.post(f"{path}/follow")["follows"] is True
    assert one.get(path)["follower_count"] == 1
    assert one.call("PUT", f"{path}/remark", {"name": "阿柿"})["remark"] == "阿柿"
    assert one.get("/me/people/friends")["items"] == []
    other.call("PATCH", "/me/page", {"bio": "只给朋友", "is_private": True})

    assert other.post(f"/people/{code_of(one)}/block")["is_cut"] is True
    page = one.get(path)
    assert (page["can_see"], page["bio"], page["relation"]["follows"]) == (False, "", False)
    assert one.post(f"{path}/follow", status=403)["code"] == "graph.blocked"
    assert one.get(f"{path}/followers", status=403)["code"] == "graph.list_hidden"
    assert not queries.relation(one.person_id, other.person_id).follows
    one.post(f"{path}/adore", status=422)


def test_an_invitation_makes_two_friends_once(people, nobody):
    one, other = people(), people()

    link = one.post("/me/invitation")["code"]

    assert one.post("/me/invitation")["code"] == link
    assert nobody.get(f"/invitations/{link}")["is_open"] is True
    for _ in range(2):
        assert other.post(f"/invitations/{link}/accept")["is_friend"] is True
    assert one.post(f"/invitations/{link}/accept", status=400)["code"] == "graph.only_others"
    assert [line["person"]["code"] for line in one.get("/me/people/friends")["items"]] == [code_of(other)]


def test_a_private_account_lets_in_whom_it_wants(people):
    one, other = people(), people()
    one.call("PATCH", "/me/page", {"is_private": True})

    assert other.post(f"/people/{code_of(one)}/follow")["requested"] is True
    other.get(f"/people/{code_of(one)}/followers", status=403)
    assert len(one.get("/me/people/requests")["items"]) == 1
    one.post(f"/me/followers/{code_of(other)}/accept")
    assert other.get(f"/people/{code_of(one)}/followers")["items"]
    assert one.get("/me/page")["is_private"] is True


def test_choices_export_and_the_way_out(people):
    me = people()
    user = User.objects.get(pk=me.person_id)

    answer = me.call("PUT", "/me/consents/personalisation", {"given": False})
    assert {one["purpose"]: one["given"] for one in answer["items"]}["personalisation"] is False
    assert me.call("PUT", "/me/consents/weather", {"given": True}, status=400)["code"]
    held = me.get("/me/export")
    assert held["person"]["accounts"] and me.last["Cache-Control"] == "no-store"
    assert me.post("/me/deletion", {"password": "wrong"}, status=403)["code"] == "privacy.not_confirmed"
    assert privacy.find_deletion(user.pk) is None
    assert me.get("/me/deletion")["is_waiting"] is False


def test_a_community_is_joined_with_its_rules_and_left(people, nobody):
    slug = clubs.club(is_members_only=True, at=clock.now())
    me = people()

    assert nobody.get(f"/communities/{slug}")["can_see_content"] is False
    for tail in ("posts", "members", "events"):
        assert me.get(f"/communities/{slug}/{tail}", status=403)["code"] == "communities.members_only"
    refused = me.post(f"/communities/{slug}/join", {"rules_version": 9}, status=400)
    assert refused["code"] == "communities.rules_not_accepted"
    version = me.get(f"/communities/{slug}")["rules_version"]
    for _ in range(2):
        assert me.post(f"/communities/{slug}/join", {"rules_version": version})["state"] == "member"
    assert [one["slug"] for one in me.get("/me/communities")["items"]] == [slug]
    assert len(me.get(f"/communities/{slug}/members")["items"]) == 2
    assert me.get(f"/communities/{slug}/posts")["items"] == []

    me.post(f"/communities/{slug}/leave")
    assert not communities.is_member(slug, me.person_id)
    me.get("/communities/no-such-place", status=404)


def test_an_event_through_the_api_takes_one_place_per_person(people):
    slug = clubs.club(at=clock.now())
    code = clubs.event(slug, capacity=1, at=clock.now())
    one, other, outsider = people(), people(), people()
    for app in (one, other):
        clubs.join(slug, app.person_id, at=clock.now())
    path = f"/communities/{slug}/events/{code}"

    assert [one.post(f"{path}/place")["viewer_signup"] for _ in range(2)] == ["going", "going"]
    assert other.post(f"{path}/place")["viewer_signup"] == "waiting"
    outsider.post(f"{path}/place", status=403)
    one.call("DELETE", f"{path}/place")
    assert other.get(path)["viewer_signup"] == "going"
    assert other.post(f"{path}/door", {"code": "000000"}, status=409)["code"] == "communities.sign_in_closed"
    assert other.get(path)["going"] == 1


def test_an_invitation_into_a_community_is_made_once_per_key(people):
    owner, member = people(), people()
    slug = clubs.club(owner.person_id, at=clock.now())
    clubs.join(slug, member.person_id, at=clock.now())
    path = f"/communities/{slug}/invitations"

    made = [owner.post(path, key="the-same-key", status=201) for _ in range(2)]

    assert made[0] == made[1]
    refused = member.post(path, key="a-members-key", status=403)
    assert refused["code"] == "communities.not_permitted"
    assert Invitation.objects.count() == 1

"""Coming in, going out, deciding and moderating: states, rights, and counts that never drift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from tests.factories import clubs
from tests.factories.trade import NOON

from jishi.kernel.outbox import relay
from jishi.people.accounts import ports as accounts
from jishi.people.notifications.models import Notice
from jishi.social.communities import operations as communities
from jishi.social.communities import queries, rules
from jishi.social.communities.contracts import Permission, Role
from jishi.social.communities.errors import (
    AlreadyDecided,
    AnswersMissing,
    Banned,
    CommunityIncomplete,
    CommunityNotFound,
    InvitationNeeded,
    MembersOnly,
    NotPermitted,
    OwnerStays,
    RulesNotAccepted,
    SlugTaken,
)
from jishi.social.communities.models import Community, LogEntry, Membership

pytestmark = pytest.mark.django_db
Race = Callable[[int, Callable[..., Any]], list[Any]]
DAY = timedelta(days=1)


def counts_are_true() -> bool:
    """Whether every community counts its members right."""
    return all(
        row.member_count == Membership.objects.filter(community=row, state="member").count()
        for row in Community.objects.all()
    )


def test_founding_makes_an_owner_and_a_first_version_of_the_rules() -> None:
    founder = clubs.person()

    slug = clubs.club(founder)

    seen = queries.get_community(slug, viewer_id=founder)
    assert (seen.viewer_state, seen.member_count, seen.rules_version) == ("moderator", 1, 1)
    assert seen.owner_id == founder
    assert queries.get_community(slug, viewer_id=None).viewer_state == "stranger"
    with pytest.raises(SlugTaken):
        communities.found(person_id=founder, slug=slug, draft=clubs.draft(), at=NOON)
    with pytest.raises(CommunityIncomplete):
        communities.found(person_id=founder, slug="new", draft=clubs.draft(), at=NOON)
    with pytest.raises(CommunityIncomplete):
        communities.found(person_id=founder, slug="x-y-z", draft=clubs.draft(about=" "), at=NOON)


def test_joining_needs_the_rules_in_force_and_rejoining_counts_once() -> None:
    slug, who = clubs.club(), clubs.person()

    with pytest.raises(RulesNotAccepted):
        communities.join(person_id=who, slug=slug, rules_version=0, at=NOON)
    for _ in range(2):
        clubs.join(slug, who)
    assert Community.objects.get(slug=slug).member_count == 2
    for _ in range(2):
        communities.leave(person_id=who, slug=slug, at=NOON)
    clubs.join(slug, who)

    assert Community.objects.get(slug=slug).member_count == 2
    assert counts_are_true()


def test_new_rules_are_accepted_again_before_writing() -> None:
    slug = clubs.club()
    who, owner = clubs.join(slug), clubs.owner_of(slug)

    communities.edit(person_id=owner, slug=slug, draft=clubs.draft(rules="好好说话，少发广告。"), at=NOON)

    assert queries.get_community(slug, viewer_id=who).must_accept_rules
    assert not queries.get_community(slug, viewer_id=owner).must_accept_rules
    communities.accept_rules(person_id=who, slug=slug, version=2, at=NOON)
    assert not queries.get_community(slug, viewer_id=who).must_accept_rules
    with pytest.raises(RulesNotAccepted):
        communities.accept_rules(person_id=who, slug=slug, version=1, at=NOON)


def test_questions_are_answered_read_and_decided() -> None:
    slug = clubs.club(join_policy="questions", questions=("喝什么茶？",))
    owner, who = clubs.owner_of(slug), clubs.person()

    with pytest.raises(AnswersMissing):
        clubs.join(slug, who, answers=("  ",))
    clubs.join(slug, who, answers=("岩茶",))
    assert queries.get_community(slug, viewer_id=who).viewer_state == "applied"
    queue = queries.page_queue(clubs.id_of(slug), viewer_id=owner)
    assert [(one.person.id, one.answers) for one in queue.items] == [(who, (("喝什么茶？", "岩茶"),))]
    with pytest.raises(MembersOnly):
        queries.page_queue(clubs.id_of(slug), viewer_id=who)

    communities.decide(actor_id=owner, slug=slug, person_id=who, accept=True, at=NOON)
    relay.drain()

    assert queries.is_member(slug, who)
    assert Notice.objects.filter(person_id=who, kind="community_welcome").count() == 1
    assert Notice.objects.filter(person_id=owner, kind="community_application").count() == 1
    with pytest.raises(AlreadyDecided):
        communities.decide(actor_id=owner, slug=slug, person_id=who, accept=False, at=NOON)
    assert counts_are_true()


def test_an_invitation_lets_in_until_it_is_used_up_and_names_who_brought_whom() -> None:
    slug = clubs.club(join_policy="invitation")
    owner = clubs.owner_of(slug)
    code = communities.invite(person_id=owner, slug=slug, max_uses=1, days=2, at=NOON)

    with pytest.raises(InvitationNeeded):
        clubs.join(slug)
    with pytest.raises(InvitationNeeded):
        clubs.join(slug, invitation=code, at=NOON + 3 * DAY)
    first = clubs.join(slug, invitation=code)
    with pytest.raises(InvitationNeeded):
        clubs.join(slug, invitation=code)

    rows = queries.list_inviters(clubs.id_of(slug))
    assert [(row.person.id, row.brought, row.stayed) for row in rows] == [(owner, 1, 1)]
    communities.leave(person_id=first, slug=slug, at=NOON)
    assert queries.list_inviters(clubs.id_of(slug))[0].stayed == 0
    with pytest.raises(MembersOnly):
        communities.invite(person_id=first, slug=slug, at=NOON)


@pytest.mark.parametrize("role", list(Role))
def test_acc_107_a_role_may_do_what_the_table_says_and_nothing_else(role: str) -> None:
    slug = clubs.club()
    owner, who, other = clubs.owner_of(slug), clubs.join(slug), clubs.join(slug)
    if role != Role.MEMBER:
        communities.appoint(actor_id=owner, slug=slug, person_id=who, role=role, at=NOON)

    def tried(act: Callable[[], object]) -> bool:
        with transaction.atomic():
            try:
                act()
            except NotPermitted:
                return False
            finally:
                transaction.set_rollback(True)
        return True

    may = {
        Permission.EDIT: tried(lambda: communities.edit(person_id=who, slug=slug, draft=clubs.draft())),
        Permission.APPOINT: tried(
            lambda: communities.appoint(actor_id=who, slug=slug, person_id=other, role="core")
        ),
        Permission.MODERATE: tried(
            lambda: communities.warn(actor_id=who, slug=slug, person_id=other, reason="广告")
        ),
        Permission.BAN: tried(
            lambda: communities.ban(actor_id=who, slug=slug, person_id=other, days=1, reason="广告")
        ),
        Permission.ANNOUNCE: tried(lambda: communities.announce(person_id=who, slug=slug, title="通知")),
        Permission.INVITE: tried(lambda: communities.invite(person_id=who, slug=slug)),
        Permission.MEASURE: tried(lambda: queries.health(slug, viewer_id=who)),
        Permission.CLEAN: tried(
            lambda: communities.notice_inactive(actor_id=who, slug=slug, person_ids=[other])
        ),
    }

    assert {one for one, can in may.items() if can} == set(may) & rules.PERMISSIONS[role]


def test_nobody_acts_on_their_own_rank_or_above_and_the_owner_stays() -> None:
    slug = clubs.club()
    owner, one, other = clubs.owner_of(slug), clubs.join(slug), clubs.join(slug)
    for who in (one, other):
        communities.appoint(actor_id=owner, slug=slug, person_id=who, role="moderator", at=NOON)

    for subject in (owner, other):
        with pytest.raises(NotPermitted):
            communities.ban(actor_id=one, slug=slug, person_id=subject, days=1, reason="x", at=NOON)
    with pytest.raises(OwnerStays):
        communities.leave(person_id=owner, slug=slug, at=NOON)

    communities.appoint(actor_id=owner, slug=slug, person_id=one, role="owner", at=NOON)
    communities.leave(person_id=owner, slug=slug, at=NOON)
    assert clubs.owner_of(slug) == one
    assert counts_are_true()


def test_a_ban_keeps_out_until_it_ends_and_every_act_has_a_reason_in_the_log() -> None:
    slug = clubs.club()
    owner, who, witness = clubs.owner_of(slug), clubs.join(slug), clubs.join(slug)

    with pytest.raises(CommunityIncomplete):
        communities.warn(actor_id=owner, slug=slug, person_id=who, reason=" ", at=NOON)
    communities.warn(actor_id=owner, slug=slug, person_id=who, reason="广告", at=NOON)
    communities.mute(actor_id=owner, slug=slug, person_id=who, hours=2, reason="又发", at=NOON)
    communities.ban(actor_id=owner, slug=slug, person_id=who, days=3, reason="还发", at=NOON)
    with pytest.raises(Banned):
        clubs.join(slug, who, at=NOON + DAY)
    assert queries.get_community(slug, viewer_id=who, at=NOON + DAY).viewer_state == "banned"
    clubs.join(slug, who, at=NOON + 4 * DAY)

    log = queries.page_log(clubs.id_of(slug), viewer_id=owner).items
    assert [(row.action, row.reason) for row in log] == [("ban", "还发"), ("mute", "又发"), ("warn", "广告")]
    assert {row.subject.id for row in log if row.subject} == {who}
    seen = queries.page_log(clubs.id_of(slug), viewer_id=witness).items
    assert [row.action for row in seen] == ["ban", "mute", "warn"]
    assert all(row.moderator is None and row.subject is None and not row.detail for row in seen)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM communities_logentry")
    assert counts_are_true()


def test_members_are_an_audience_only_while_they_are_members() -> None:
    slug = clubs.club(is_members_only=True)
    who, ref = clubs.join(slug), clubs.audience(slug)

    assert accounts.is_member(ref, who)
    assert not accounts.is_member(ref, clubs.person())
    communities.remove(actor_id=clubs.owner_of(slug), slug=slug, person_id=who, reason="x", at=NOON)
    assert not accounts.is_member(ref, who)
    communities.close(person_id=clubs.owner_of(slug), slug=slug, reason="done", at=NOON)
    assert not accounts.is_member(ref, clubs.owner_of(slug) if Membership.objects.filter(role="owner") else 0)
    with pytest.raises(CommunityNotFound):
        queries.get_community(slug, viewer_id=who)


def test_quiet_members_are_told_first_and_can_stay() -> None:
    slug = clubs.club()
    owner = clubs.owner_of(slug)
    stays, goes, busy = clubs.join(slug), clubs.join(slug), clubs.join(slug)
    later = NOON + 100 * DAY
    communities.record_visit(community_id=clubs.id_of(slug), person_id=busy, at=later - DAY)

    told = communities.notice_inactive(
        actor_id=owner, slug=slug, person_ids=[stays, goes, busy, owner], days=14, at=later
    )
    relay.drain()

    assert told == 2
    assert Notice.objects.filter(kind="community_inactive").count() == 2
    assert communities.remove_inactive(later + 13 * DAY) == 0
    communities.stay(person_id=stays, slug=slug, at=later + DAY)
    assert communities.remove_inactive(later + 15 * DAY) == 1
    assert [queries.is_member(slug, one) for one in (stays, goes, busy, owner)] == [True, False, True, True]
    assert LogEntry.objects.filter(action="remove_inactive", subject_id=goes).count() == 1
    assert counts_are_true()


def test_erasing_a_person_forgets_their_answers_and_hands_their_community_over() -> None:
    owner = clubs.person()
    slug = clubs.club(owner)
    heir = clubs.join(slug)
    communities.appoint(actor_id=owner, slug=slug, person_id=heir, role="moderator", at=NOON)

    communities.erase(person_id=owner, at=NOON)

    assert clubs.owner_of(slug) == heir
    assert Membership.objects.get(person_id=owner).answers == []
    assert counts_are_true()


@pytest.mark.django_db(transaction=True)
def test_joining_and_leaving_at_once_never_makes_the_count_drift(race: Race) -> None:
    slug = clubs.club()
    people = [clubs.person() for _ in range(4)]

    def flap(number: int) -> None:
        who = people[number % 4]
        for _ in range(3):
            clubs.join(slug, who)
            communities.leave(person_id=who, slug=slug, at=NOON)
        if number < 4:
            clubs.join(slug, who)

    outcomes = race(8, flap)

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert counts_are_true()


@pytest.mark.django_db(transaction=True)
def test_two_moderators_deciding_at_once_decide_once(race: Race) -> None:
    slug = clubs.club(join_policy="questions", questions=("？",))
    owner, second = clubs.owner_of(slug), clubs.person()
    clubs.join(slug, second, answers=("a",))
    communities.decide(actor_id=owner, slug=slug, person_id=second, accept=True, at=NOON)
    communities.appoint(actor_id=owner, slug=slug, person_id=second, role="moderator", at=NOON)
    who = clubs.join(slug, answers=("b",))

    outcomes = race(
        2,
        lambda n: communities.decide(
            actor_id=(owner, second)[n], slug=slug, person_id=who, accept=n == 0, at=NOON
        ),
    )

    assert sum(isinstance(one, AlreadyDecided) for one in outcomes) == 1
    assert LogEntry.objects.filter(subject_id=who, action__in=["accept", "refuse"]).count() == 1
    assert counts_are_true()


@pytest.mark.django_db(transaction=True)
def test_an_invitation_for_one_lets_in_one(race: Race) -> None:
    slug = clubs.club(join_policy="invitation")
    code = communities.invite(person_id=clubs.owner_of(slug), slug=slug, max_uses=1, at=NOON)
    people = [clubs.person() for _ in range(6)]

    outcomes = race(6, lambda n: clubs.join(slug, people[n], invitation=code))

    assert sum(isinstance(one, InvitationNeeded) for one in outcomes) == 5
    assert Community.objects.get(slug=slug).member_count == 2

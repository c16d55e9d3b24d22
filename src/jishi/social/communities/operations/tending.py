"""Keeping a community alive: announcements, quiet members, partners, strategy and its evaluation."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock, ids, limits, outbox
from jishi.social.communities import rules
from jishi.social.communities.contracts import PartnerState, Permission, Role, Standing
from jishi.social.communities.errors import CommunityIncomplete, PartnerUnknown
from jishi.social.communities.events import (
    CommunityAnnounced,
    InactiveNoticed,
    PartnerAsked,
    PartnerDecided,
)
from jishi.social.communities.models import Announcement, Community, Membership, Partner, Strategy
from jishi.social.communities.operations import locked, words
from jishi.social.communities.queries import measures

ANNOUNCEMENTS_PER_DAY = 5


def announce(*, person_id: int, slug: str, title: str, text: str = "", at: datetime | None = None) -> str:
    """Tell every member something; returns the announcement's code.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: the person may not announce.
    :raises CommunityIncomplete: / ContentRefused: it says nothing, too much, or what may not be said.
    :raises RateLimited: enough was announced today.
    """
    now = clock.at_or_now(at)
    head, body = " ".join(title.split()), text.strip()
    if not 0 < len(head) <= 80:
        raise CommunityIncomplete(field="title")
    if len(body) > 3000:
        raise CommunityIncomplete(field="text")
    words.check(person_id, head, body, at=now)
    with transaction.atomic():
        row = locked.found(slug)
        locked.actor(row, person_id, Permission.ANNOUNCE)
        limits.hit(bucket="communities.announce", key=slug, limit=ANNOUNCEMENTS_PER_DAY, window_s=86_400)
        made = Announcement.objects.create(
            code=ids.new_code(), community=row, author_id=person_id, title=head, text=body, created_at=now
        )
        outbox.publish(
            CommunityAnnounced(
                slug=slug,
                community_id=row.pk,
                at=now,
                announcement=made.code,
                author_id=person_id,
                title=head,
            )
        )
    return made.code


def notice_inactive(
    *,
    actor_id: int,
    slug: str,
    person_ids: Iterable[int],
    days: int = 14,
    at: datetime | None = None,
) -> int:
    """Tell quiet members that they will be taken off the list in some days unless they stay; returns how many
    were told. Whoever was told already keeps their date.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the actor's to clean up.
    :raises CommunityIncomplete: the days make no sense.
    """
    now = clock.at_or_now(at)
    if days not in rules.NOTICE_DAYS:
        raise CommunityIncomplete(field="days")
    due = now + timedelta(days=days)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, actor_id, Permission.CLEAN)
        quiet = (
            Membership.objects.select_for_update(no_key=True)
            .filter(community=row, person_id__in=list(person_ids), state=Standing.MEMBER, role=Role.MEMBER)
            .filter(removal_due_at__isnull=True, last_active_at__lt=now - rules.INACTIVE_AFTER)
            .order_by("pk")
        )
        told = list(quiet)
        Membership.objects.filter(pk__in=[one.pk for one in told]).update(removal_due_at=due)
        outbox.publish_many(
            InactiveNoticed(slug=slug, community_id=row.pk, at=now, person_id=one.person_id, due_at=due)
            for one in told
        )
        if told:
            locked.log(row, "notice_inactive", by=actor_id, at=now, people=len(told), days=days)
    return len(told)


def stay(*, person_id: int, slug: str, at: datetime | None = None) -> None:
    """Answer such a notice: the member stays and counts as active.

    :raises CommunityNotFound: / MemberNotFound: there is no such membership.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        mine = locked.member(row, person_id)
        mine.removal_due_at, mine.last_active_at = None, now
        mine.save(update_fields=["removal_due_at", "last_active_at"])


def remove_inactive(at: datetime | None = None) -> int:
    """Take members off the list whose notice has run out; returns how many. Whoever wrote or came by since
    the notice stays.
    """
    now = clock.at_or_now(at)
    due = Membership.objects.filter(state=Standing.MEMBER, removal_due_at__lte=now).order_by("community_id")
    done = 0
    for slug, person_id in list(due.values_list("community__slug", "person_id")[:500]):
        with transaction.atomic():
            row = Community.objects.select_for_update(no_key=True).get(slug=slug)
            mine = locked.membership(row, person_id)
            if mine is None or mine.state != Standing.MEMBER or mine.removal_due_at is None:
                continue
            if mine.removal_due_at > now:
                continue
            if mine.last_active_at is not None and mine.last_active_at > now - rules.INACTIVE_AFTER:
                mine.removal_due_at = None
                mine.save(update_fields=["removal_due_at"])
                continue
            locked.take_out(row, mine, Standing.REMOVED, "inactive", at=now)
            locked.log(row, "remove_inactive", by=None, subject_id=person_id, at=now)
            done += 1
    return done


def ask_partner(
    *, shop_id: int, person_id: int, slug: str, message: str = "", at: datetime | None = None
) -> None:
    """Ask, for a shop, to make offers for the members. Asking twice, or while it is agreed, is asking once.

    :raises CommunityNotFound: there is none.
    :raises NotShopStaff: the person does not work for the shop.
    """
    now = clock.at_or_now(at)
    merchant_queries.require_staff(person_id=person_id, shop_id=shop_id)
    with transaction.atomic():
        row = locked.community(slug)
        old = Partner.objects.filter(community=row, shop_id=shop_id).first()
        if old is not None and old.state in (PartnerState.ASKED, PartnerState.AGREED):
            return
        link = old or Partner(community=row, shop_id=shop_id)
        link.state, link.message = PartnerState.ASKED, message.strip()[:300]
        link.asked_by_id, link.asked_at, link.decided_by_id, link.decided_at = person_id, now, None, None
        link.save()
        outbox.publish(PartnerAsked(slug=slug, community_id=row.pk, at=now, shop_id=shop_id))


def decide_partner(*, actor_id: int, slug: str, shop_id: int, agree: bool, at: datetime | None = None) -> str:
    """Agree with a shop, or say no; saying no to a partner ends its offers. Returns where it stands now.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: only the owner agrees with shops.
    :raises PartnerUnknown: the shop never asked.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, actor_id, Permission.PARTNER)
        link = Partner.objects.filter(community=row, shop_id=shop_id).first()
        if link is None:
            raise PartnerUnknown()
        was = link.state
        refused = (
            PartnerState.ENDED if was in (PartnerState.AGREED, PartnerState.ENDED) else PartnerState.DECLINED
        )
        state = PartnerState.AGREED if agree else refused
        if state == was:
            return was
        link.state, link.decided_by_id, link.decided_at = state, actor_id, now
        link.save(update_fields=["state", "decided_by", "decided_at"])
        locked.log(row, "partner", by=actor_id, at=now, shop=shop_id, state=state)
        outbox.publish(PartnerDecided(slug=slug, community_id=row.pk, at=now, shop_id=shop_id, state=state))
    return state


def write_strategy(*, person_id: int, slug: str, text: str, at: datetime | None = None) -> None:
    """Write down what the community is to become.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: / CommunityIncomplete: see `_write`.
    """
    _write("strategy", person_id, slug, text, at)


def evaluate(*, person_id: int, slug: str, text: str, at: datetime | None = None) -> None:
    """Write down how it went, with the figures of this moment.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: / CommunityIncomplete: see `_write`.
    """
    _write("evaluation", person_id, slug, text, at)


def _write(kind: str, person_id: int, slug: str, text: str, at: datetime | None) -> None:
    now = clock.at_or_now(at)
    if not 0 < len(text.strip()) <= 3000:
        raise CommunityIncomplete(field="text")
    row = locked.found(slug)
    locked.actor(row, person_id, Permission.MEASURE)
    figures = measures.figures(row.pk, at=now) if kind == "evaluation" else {}
    Strategy.objects.create(
        community=row, kind=kind, text=text.strip(), figures=figures, by_id=person_id, at=now
    )

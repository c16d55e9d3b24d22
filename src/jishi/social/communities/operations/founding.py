"""Founding a community, describing it, its rules and its channels, and handing it over."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from jishi.kernel import clock, ids, limits
from jishi.social.communities import rules
from jishi.social.communities.contracts import CommunityDraft, Permission, Role, Standing
from jishi.social.communities.errors import CommunityIncomplete, NotPermitted, SlugTaken
from jishi.social.communities.models import Channel, Community, Membership, RulesVersion
from jishi.social.communities.operations import locked, words

FOUNDED_PER_DAY = 5


def found(*, person_id: int, slug: str, draft: CommunityDraft, at: datetime | None = None) -> str:
    """Found a community; its founder owns it. Returns its address.

    :raises CommunityIncomplete: the description or the address makes no sense.
    :raises SlugTaken: the address belongs to another community.
    :raises ContentRefused: the description may not be published.
    :raises RateLimited: too many in one day.
    """
    now = clock.at_or_now(at)
    tidy, wanted = rules.clean(draft), rules.check_slug(slug or ids.new_code(10))
    words.check(person_id, tidy.name, tidy.for_whom, tidy.about, tidy.not_about, tidy.rules, at=now)
    limits.hit(bucket="communities.found", key=str(person_id), limit=FOUNDED_PER_DAY, window_s=86_400)
    try:
        with transaction.atomic():
            row = Community.objects.create(
                slug=wanted, created_by_id=person_id, created_at=now, **_columns(tidy)
            )
            if tidy.rules:
                _write_rules(row, tidy.rules, by=person_id, at=now)
            mine = Membership(
                community=row,
                person_id=person_id,
                role=Role.OWNER,
                rules_version=row.rules_version,
                introduced_at=now,
                changed_at=now,
            )
            locked.take_in(row, mine, at=now)
    except IntegrityError:
        if Community.objects.filter(slug=wanted).exists():
            raise SlugTaken(slug=wanted) from None
        raise
    return wanted


def edit(*, person_id: int, slug: str, draft: CommunityDraft, at: datetime | None = None) -> None:
    """Describe the community anew. Rules that read differently become a new version, to be accepted again.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not this person's to edit.
    :raises CommunityIncomplete: / ContentRefused: the description makes no sense or may not be published.
    """
    now = clock.at_or_now(at)
    tidy = rules.clean(draft)
    words.check(person_id, tidy.name, tidy.for_whom, tidy.about, tidy.not_about, tidy.rules, at=now)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, person_id, Permission.EDIT)
        columns = _columns(tidy)
        if tidy.cover is None:
            del columns["cover"]
        Community.objects.filter(pk=row.pk).update(**columns)
        current = RulesVersion.objects.filter(community=row, version=row.rules_version).first()
        if tidy.rules != (current.text if current else ""):
            _write_rules(row, tidy.rules, by=person_id, at=now)
            mine = Membership.objects.filter(community=row, person_id=person_id)
            mine.update(rules_version=row.rules_version)


def add_channel(
    *, person_id: int, slug: str, channel: str, name: str, about: str = "", at: datetime | None = None
) -> None:
    """Open a channel, or rename the one with this address.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not this person's to edit.
    :raises CommunityIncomplete: the name or the address makes no sense, or there are too many channels.
    """
    now = clock.at_or_now(at)
    title = " ".join(name.split())
    if not 0 < len(title) <= 40 or len(about) > 200:
        raise CommunityIncomplete(field="channel")
    key = rules.check_slug(channel)
    words.check(person_id, title, about, at=now)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, person_id, Permission.EDIT)
        others = Channel.objects.filter(community=row).exclude(slug=key)
        if others.count() >= rules.MAX_CHANNELS:
            raise CommunityIncomplete(field="channel")
        Channel.objects.update_or_create(
            community=row,
            slug=key,
            defaults={"name": title, "about": about.strip()},
            create_defaults={"name": title, "about": about.strip(), "created_at": now},
        )


def appoint(*, actor_id: int, slug: str, person_id: int, role: str, at: datetime | None = None) -> None:
    """Give a member another role; making somebody the owner hands the community over.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: the actor is not the owner.
    :raises MemberNotFound: the person is no member.
    :raises CommunityIncomplete: there is no such role.
    """
    now = clock.at_or_now(at)
    if role not in set(Role):
        raise CommunityIncomplete(field="role")
    with transaction.atomic():
        row = locked.community(slug)
        mine = locked.actor(row, actor_id, Permission.APPOINT)
        theirs = locked.member(row, person_id)
        if theirs.pk == mine.pk:
            raise NotPermitted(needed=Permission.APPOINT)
        if theirs.role == role:
            return
        if role == Role.OWNER:
            Membership.objects.filter(pk=mine.pk).update(role=Role.MODERATOR, changed_at=now)
        theirs.role, theirs.changed_at = role, now
        theirs.save(update_fields=["role", "changed_at"])
        locked.log(row, "appoint", by=actor_id, subject_id=person_id, at=now, role=role)


def close(*, person_id: int, slug: str, reason: str, at: datetime | None = None) -> None:
    """Close a community for good. Nobody is a member of a closed community, and nothing in it can be read.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not this person's.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, person_id, Permission.APPOINT)
        locked.log(row, "close", by=person_id, reason=reason, at=now)
        ended = Membership.objects.filter(community=row, state__in=[Standing.MEMBER, Standing.APPLIED])
        ended.update(state=Standing.LEFT, role=Role.MEMBER, left_at=now, changed_at=now, removal_due_at=None)
        Community.objects.filter(pk=row.pk).update(closed_at=now, member_count=0)


def hide(*, slug: str, at: datetime | None = None) -> None:
    """Take a community out of sight: nobody enters, reads or writes there until it is shown again.

    Members stay members. A community that was closed by its owner stays closed.
    """
    now = clock.at_or_now(at)
    Community.objects.filter(slug=slug, closed_at__isnull=True).update(hidden_at=now, closed_at=now)


def restore(*, slug: str) -> None:
    """Show a hidden community again."""
    Community.objects.filter(slug=slug, hidden_at__isnull=False).update(hidden_at=None, closed_at=None)


def _columns(draft: CommunityDraft) -> dict[str, Any]:
    columns = asdict(draft)
    del columns["rules"]
    return {**columns, "questions": list(draft.questions), "cover": dict(draft.cover or {})}


def _write_rules(row: Community, text: str, *, by: int, at: datetime) -> None:
    row.rules_version += 1
    RulesVersion.objects.create(community=row, version=row.rules_version, text=text, by_id=by, at=at)
    Community.objects.filter(pk=row.pk).update(rules_version=row.rules_version)

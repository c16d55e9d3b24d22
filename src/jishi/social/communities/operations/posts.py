"""Notes in a community: putting one there, pinning it, taking it away.

A members-only community takes only notes that are written for its members, so that a note can never be read
by more people elsewhere than here.
"""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F

from jishi.kernel import clock, outbox
from jishi.social.communities import rules
from jishi.social.communities.contracts import AUDIENCE, Permission
from jishi.social.communities.errors import PostNotFound, PostUnfit, TooManyPins
from jishi.social.communities.events import CommunityPosted
from jishi.social.communities.models import Channel, Community, Membership, Post
from jishi.social.communities.operations import locked, moderating
from jishi.social.communities.queries import lists
from jishi.social.notes import operations as notes

_ACTIVE = """
INSERT INTO communities_activeday (community_id, person_id, "on") VALUES (%s, %s, %s)
ON CONFLICT (community_id, "on", person_id) DO NOTHING
"""
_SEEN = """
UPDATE communities_membership SET last_active_at = %(at)s
WHERE community_id = %(community)s AND person_id = %(person)s AND state = 'member'
  AND (last_active_at IS NULL OR last_active_at < %(at)s - interval '1 hour')
"""


def attach_post(
    *, author_id: int, note_code: str, slug: str, channel: str = "", at: datetime | None = None
) -> None:
    """Put one's own note into a community; repeating it changes nothing.

    :raises CommunityNotFound: there is none.
    :raises MembersOnly: / Muted: / RulesNotAccepted: the author may not write there.
    :raises PostUnfit: the note is not theirs, is in another community, or is meant for other readers.
    """
    now = clock.at_or_now(at)
    found = lists.find_note(note_code)
    with transaction.atomic():
        row = locked.community(slug)
        mine = locked.writer(row, author_id, at=now)
        if found is None or found.author_id != author_id:
            raise PostUnfit(note=note_code[:12])
        for_members = (found.audience_kind, found.audience_key) == (AUDIENCE, slug)
        if not for_members and (row.is_members_only or found.visibility != "public"):
            raise PostUnfit(note=note_code[:12])
        note_id = found.note_id
        old = Post.objects.filter(note_id=note_id).first()
        if old is not None:
            if old.community_id != row.pk or old.removed_at is not None:
                raise PostUnfit(note=note_code[:12])
            return
        part = Channel.objects.filter(community=row, slug=channel).first() if channel else None
        Post.objects.create(community=row, note_id=note_id, author_id=author_id, channel=part, posted_at=now)
        Community.objects.filter(pk=row.pk).update(post_count=F("post_count") + 1)
        if mine.introduced_at is None:
            Membership.objects.filter(pk=mine.pk).update(introduced_at=now)
        touch(row.pk, author_id, at=now)
        outbox.publish(
            CommunityPosted(
                slug=slug,
                community_id=row.pk,
                at=now,
                note_id=note_id,
                note_code=note_code,
                author_id=author_id,
            )
        )


def pin(*, actor_id: int, slug: str, note_code: str, at: datetime | None = None) -> None:
    """Pin a post to the top; a pinned one stays as it is.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the actor's to pin.
    :raises PostNotFound: the note is not in the community.
    :raises TooManyPins: enough are pinned.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, actor_id, Permission.PIN)
        post = _post(row, note_code)
        if post.pinned_at is not None:
            return
        pinned = Post.objects.filter(community=row, pinned_at__isnull=False, removed_at__isnull=True)
        if pinned.count() >= rules.MAX_PINS:
            raise TooManyPins(limit=rules.MAX_PINS)
        Post.objects.filter(pk=post.pk).update(pinned_at=now)
        locked.log(row, "pin", by=actor_id, at=now, note=note_code)


def unpin(*, actor_id: int, slug: str, note_code: str, at: datetime | None = None) -> None:
    """Take a post from the top.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the actor's to unpin.
    :raises PostNotFound: the note is not in the community.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        locked.actor(row, actor_id, Permission.PIN)
        post = _post(row, note_code)
        if post.pinned_at is not None:
            Post.objects.filter(pk=post.pk).update(pinned_at=None)
            locked.log(row, "unpin", by=actor_id, at=now, note=note_code)


def remove_post(*, actor_id: int, slug: str, note_code: str, reason: str, at: datetime | None = None) -> None:
    """Take a post out of the community. One written for its members only is hidden from everybody with it.

    :raises CommunityNotFound: / MembersOnly: / NotPermitted: it is not the actor's to remove.
    :raises PostNotFound: the note is not in the community (any more).
    :raises CommunityIncomplete: no reason was given.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = locked.community(slug)
        mine = locked.actor(row, actor_id, Permission.MODERATE)
        post = _post(row, note_code)
        author = Membership.objects.filter(community=row, person_id=post.author_id).first()
        if post.author_id != actor_id and author is not None and author.state == "member":
            rules.check_rank(actor=mine.role, subject=author.role)
        _take_away(row, post, at=now)
        moderating.record(row, "remove_post", actor_id, post.author_id, reason, at=now, note=note_code)
        found = lists.find_note(note_code)
        if found is not None and found.audience_kind == AUDIENCE and found.state == "published":
            notes.hide(code=note_code, reason="community", note=reason.strip()[:300], at=now)


def drop_post(*, note_id: int, at: datetime | None = None) -> None:
    """Take the post of a note that its author removed out of its community."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        slug = Post.objects.filter(note_id=note_id).values_list("community__slug", flat=True).first()
        row = Community.objects.select_for_update(no_key=True).filter(slug=slug).first() if slug else None
        post = Post.objects.filter(note_id=note_id, removed_at__isnull=True).first()
        if row is not None and post is not None:
            _take_away(row, post, at=now)


def record_visit(*, community_id: int, person_id: int, at: datetime | None = None) -> None:
    """Note that a member was here, once a day and at most once an hour."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        touch(community_id, person_id, at=now)


def record_comment(*, note_id: int, person_id: int, at: datetime | None = None) -> None:
    """Note that somebody wrote under a post; they are active in its community if they are a member."""
    now = clock.at_or_now(at)
    community_id = Post.objects.filter(note_id=note_id).values_list("community_id", flat=True).first()
    if community_id is not None:
        with transaction.atomic():
            touch(community_id, person_id, at=now)


def touch(community_id: int, person_id: int, *, at: datetime) -> None:
    """Count a member's activity: one statement while the hour is not over, two in the next one."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"at": at, "community": community_id, "person": person_id})
        if cursor.rowcount:
            cursor.execute(_ACTIVE, [community_id, person_id, _day(at)])


def _day(at: datetime) -> date:
    return at.date()


def _post(row: Community, note_code: str) -> Post:
    post = Post.objects.filter(community=row, note__code=note_code, removed_at__isnull=True).first()
    if post is None:
        raise PostNotFound(note=note_code[:12])
    return post


def _take_away(row: Community, post: Post, *, at: datetime) -> None:
    Post.objects.filter(pk=post.pk).update(removed_at=at, pinned_at=None)
    Community.objects.filter(pk=row.pk).update(post_count=F("post_count") - 1)

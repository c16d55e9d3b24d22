"""Facts of the shop become events: with the fact's own moment and an id made of its natural key.

Each is written into the inbox in the transaction of its delivery, so that it is there once or not yet.
"""

from typing import Any

from django.db import connection

from jishi.insight.behavior import operations as behavior
from jishi.promotions.plays import events as teams
from jishi.social.communities import events as communities
from jishi.social.graph import events as graph
from jishi.social.messaging.events import MessageSent
from jishi.social.notes import events as notes
from jishi.social.reviews import events as reviews
from jishi.social.shares.events import ShareVisited
from jishi.trade.orders import events as orders

_VISIT = """
SELECT l.kind, l.key, coalesce(v.visitor, ''), l.channel FROM shares_sharelink l
LEFT JOIN shares_sharevisit v ON v.link_id = l.id AND v.first_at = %s
WHERE l.code = %s ORDER BY v.id LIMIT 1
"""
THINGS = ("product", "note", "shop")


def on_order_placed(event: orders.OrderPlaced) -> None:
    """Note every line of the order."""
    behavior.record_placed([event])


def on_order_paid(event: orders.OrderPaid) -> None:
    """Note every line of the paid order."""
    behavior.record_paid([event])


def on_order_moved(event: orders.OrderShipped | orders.OrderReceived | orders.OrderRefunded) -> None:
    """Note what became of the order."""
    behavior.record_moved([event])


def on_share_visited(event: ShareVisited) -> None:
    """Note who came by whose link, and to what."""
    with connection.cursor() as cursor:
        cursor.execute(_VISIT, [event.at, event.share_code])
        kind, key, visitor, _ = cursor.fetchone() or ("", "", "", "")
    thing = {kind: key} if kind in THINGS else {}
    behavior.record(
        kind="share_visited",
        key=f"{event.share_code}:{visitor or event.person_id or event.at.isoformat()}",
        at=event.at,
        person_id=event.person_id,
        visitor=visitor,
        share=event.share_code,
        from_user_id=event.sharer_id,
        channel="share",
        props={"depth": event.depth},
        **thing,
    )


def _of_team(event: teams.TeamEvent) -> dict[str, Any]:
    return {
        "product_id": event.product_id,
        "shop_id": event.shop_id,
        "props": {"team": event.team_code, "mechanic": event.mechanic},
    }


def on_team_started(event: teams.TeamStarted) -> None:
    """Note who opened a team."""
    behavior.record(
        kind="team_started", key=event.team_code, at=event.at, person_id=event.leader_id, **_of_team(event)
    )


def on_seat_taken(event: teams.SeatTaken) -> None:
    """Note who joined a team."""
    behavior.record(
        kind="team_joined",
        key=f"{event.team_code}:{event.order_code}",
        at=event.at,
        person_id=event.person_id,
        order_code=event.order_code,
        **_of_team(event),
    )


def on_team_formed(event: teams.TeamFormed) -> None:
    """Note every member of a complete team."""
    rows = [
        {"key": f"{event.team_code}:{person_id}", "at": event.at, "person": person_id, **_of_team(event)}
        for person_id in event.person_ids
    ]
    behavior.record_many(kind="team_formed", rows=rows)


def on_note_published(event: notes.NotePublished) -> None:
    """Note who published; a note that comes back after moderation is no new one."""
    if event.is_first:
        product = event.product_ids[0] if len(event.product_ids) == 1 else None
        behavior.record(
            kind="note_published",
            key=event.code,
            at=event.at,
            person_id=event.author_id,
            note_id=event.note_id,
            product_id=product,
            props={"form": event.form, "products": len(event.product_ids), "topics": event.topics[:8]},
        )


def _note(kind: str, key: str, event: Any, **props: Any) -> None:
    behavior.record(
        kind=kind, key=key, at=event.at, person_id=event.person_id, note_id=event.note_id, props=props or None
    )


def on_note_liked(event: notes.NoteLiked) -> None:
    """Note a like; liking again later is another one."""
    _note("note_liked", f"{event.code}:{event.person_id}:{event.at.isoformat()}", event)


def on_note_favourited(event: notes.NoteFavourited) -> None:
    """Note that somebody keeps a note."""
    _note("note_favourited", f"{event.code}:{event.person_id}:{event.at.isoformat()}", event)


def on_note_commented(event: notes.NoteCommented) -> None:
    """Note a comment; its words stay where they are."""
    _note("note_commented", event.comment_code, event, is_answer=bool(event.parent_code))


def on_note_reposted(event: notes.NoteReposted) -> None:
    """Note that a note was passed on."""
    _note("note_reposted", event.repost_code, event)


def on_followed(event: graph.PersonFollowed) -> None:
    """Note who follows whom."""
    behavior.record(
        kind="followed",
        key=f"{event.person_id}:{event.other_id}:{event.at.isoformat()}",
        at=event.at,
        person_id=event.person_id,
        from_user_id=event.other_id,
    )


def on_community_joined(event: communities.MemberJoined) -> None:
    """Note a new member, and who asked them in."""
    behavior.record(
        kind="community_joined",
        key=f"{event.slug}:{event.person_id}:{event.at.isoformat()}",
        at=event.at,
        person_id=event.person_id,
        from_user_id=event.invited_by_id,
        props={"community": event.slug},
    )


def on_community_posted(event: communities.CommunityPosted) -> None:
    """Note a post in a community."""
    behavior.record(
        kind="community_posted",
        key=f"{event.slug}:{event.note_code}",
        at=event.at,
        person_id=event.author_id,
        note_id=event.note_id,
        props={"community": event.slug},
    )


def on_message_sent(event: MessageSent) -> None:
    """Note that somebody wrote; neither the words nor to whom."""
    if event.sender_id is not None:
        behavior.record(
            kind="message_sent",
            key=f"{event.conversation_code}:{event.no}",
            at=event.sent_at,
            person_id=event.sender_id,
            props={"kind": event.kind},
        )


def _about_product(kind: str, event: reviews.ReviewPublished | reviews.QuestionAsked, **more: Any) -> None:
    behavior.record(
        kind=kind,
        key=event.code,
        at=event.at,
        person_id=event.author_id,
        product_id=event.product_id,
        shop_id=event.shop_id,
        **more,
    )


def on_review_published(event: reviews.ReviewPublished) -> None:
    """Note a review, whatever it says."""
    _about_product("review_published", event, order_code=event.order_code)


def on_question_asked(event: reviews.QuestionAsked) -> None:
    """Note a question about a product."""
    _about_product("question_asked", event)

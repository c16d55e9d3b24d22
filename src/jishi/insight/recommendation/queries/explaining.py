"""Why a thing was shown, looked up when somebody asks: their own things, friends and topics behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from jishi.insight.recommendation.contracts import Because, Why
from jishi.insight.recommendation.errors import ShowingUnknown
from jishi.insight.recommendation.models import Slate
from jishi.kernel.errors import N_

SENTENCES: Mapping[Because, str] = {
    Because.POPULAR: N_("Many people here like it at the moment."),
    Because.ITEMS: N_("It suits what you bought and liked before."),
    Because.PEOPLE: N_("People with a taste like yours chose it."),
    Because.FRIENDS: N_("Friends of yours chose it."),
    Because.TASTE: N_("It suits the taste that shows in what you chose so far."),
    Because.CONTENT: N_("It is much like something you chose."),
    Because.TOGETHER: N_("It is often bought together with what you are looking at."),
    Because.NEXT: N_("Others often want it next."),
    Because.INTENT: N_("You looked at it or put it into your cart."),
    Because.RECENT: N_("You just looked at something like it."),
    Because.CAME: N_("You came here for something like it."),
    Because.FOLLOWED: N_("You follow whoever wrote it."),
    Because.TOPIC: N_("It is about a topic that you chose."),
    Because.PLACE: N_("It is about the place that you chose."),
    Because.TREND: N_("It is rising quickly right now."),
    Because.FRESH: N_("It is new."),
    Because.EXPLORED: N_(
        "Hardly anybody has seen it yet. A few places are kept for what is little known, for everybody alike."
    ),
    Because.AGAIN: N_("You bought it before, and it may be time again."),
    Because.SEARCHED: N_("It was found for your words, and it suits what you like."),
    Because.PINNED: N_("It shows the product."),
    Because.CIRCLE: N_("%(count)s of the people you follow follow them."),
    Because.MEMBERS: N_("%(count)s of the people you follow are members."),
}
_OWN = """
SELECT c.subject_id FROM recommendation_candidates c
WHERE c.list = 'near' AND %(key)s = ANY(c.keys) AND c.subject_id IN (
    SELECT l.product_id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
    WHERE o.buyer_id = %(person)s AND o.paid_at IS NOT NULL
    UNION ALL SELECT -note_id FROM notes_like WHERE person_id = %(person)s
    UNION ALL SELECT -note_id FROM notes_favourite WHERE person_id = %(person)s
)
ORDER BY c.scores[array_position(c.keys, %(key)s)] DESC LIMIT 3
"""
_FRIENDS = """
SELECT f.followee_id FROM graph_follow f
JOIN graph_follow b ON b.follower_id = f.followee_id AND b.followee_id = f.follower_id AND b.state = 'active'
WHERE f.follower_id = %(person)s AND f.state = 'active' AND (
    EXISTS (SELECT 1 FROM recommendation_choice c JOIN orders_order o ON o.buyer_id = c.person_id
        JOIN orders_orderline l ON l.order_id = o.id WHERE c.person_id = f.followee_id AND c.tells_friends
        AND l.product_id = %(key)s AND o.paid_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM notes_like k WHERE k.person_id = f.followee_id AND k.note_id = -%(key)s))
ORDER BY f.created_at DESC LIMIT 3
"""
BY_OWN = frozenset({Because.ITEMS, Because.CONTENT, Because.TASTE, Because.NEXT, Because.PEOPLE})


def sentence(because: Because) -> str:
    """The English sentence of a reason."""
    return SENTENCES[because]


def explain(slate: str, position: int, *, readers: list[str]) -> Why:
    """Why the thing at this place of somebody's own list stands there.

    :raises ShowingUnknown: there is no such place, or the list was somebody else's.
    """
    row = Slate.objects.filter(code=slate, reader__in=readers).first()
    if row is None or not 1 <= position <= len(row.keys):
        raise ShowingUnknown()
    key, cause = row.keys[position - 1], row.causes[position - 1]
    because = Because(row.reasons[position - 1])
    goods, notes, people = _evidence(because, key, cause, row.person_id)
    return Why(because, SENTENCES[because], {"count": cause}, key, goods, notes, people)


def _evidence(
    because: Because, key: int, cause: int, person_id: int | None
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Things of the reader's own and friends of theirs that speak for it; strangers are never named."""
    things: list[int] = []
    people: list[int] = []
    if because in (Because.RECENT, Because.CAME, Because.TOGETHER, Because.PINNED) and cause:
        things = [cause]
    elif because is Because.FOLLOWED and cause:
        people = [cause]
    elif person_id is not None and because in BY_OWN:
        things = [row[0] for row in _run(_OWN, {"key": key, "person": person_id})]
    elif person_id is not None and because is Because.FRIENDS:
        people = [row[0] for row in _run(_FRIENDS, {"key": key, "person": person_id})]
    return (
        tuple(one for one in things if one > 0),
        tuple(-one for one in things if one < 0),
        tuple(people),
    )


def _run(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())

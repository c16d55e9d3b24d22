"""Reads of the inbox: pages, one item, one's own feedback, themes, changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from jishi.growth.listening import rules
from jishi.growth.listening.contracts import (
    AnswerView,
    ChangeView,
    Effect,
    ItemView,
    Said,
    ThemeCount,
    ThemeView,
)
from jishi.growth.listening.errors import ChangeNotFound, ItemNotFound, ThemeNotFound
from jishi.growth.listening.models import Answer, Change, Item, Tag, Theme
from jishi.kernel import clock, media
from jishi.kernel.paging import Page, decode_cursor, encode_cursor

_THEMES = """
SELECT t.slug,
    count(i.id) FILTER (WHERE i.created_at > %(since)s) AS now,
    count(i.id) FILTER (WHERE i.created_at <= %(since)s),
    count(i.id) FILTER (WHERE i.state IN ('new', 'open') AND i.created_at > %(before)s)
FROM listening_theme t
LEFT JOIN listening_tag g ON g.theme_id = t.id AND NOT g.is_off
LEFT JOIN listening_item i ON i.id = g.item_id AND i.created_at > %(before)s
WHERE NOT t.is_archived GROUP BY t.id ORDER BY now DESC, t.slug
"""


def get_item(code: str) -> ItemView:
    """One item, for the team.

    :raises ItemNotFound: there is none.
    """
    row = Item.objects.filter(code=code).select_related("change").first()
    if row is None:
        raise ItemNotFound
    return _views([row])[0]


def page_items(
    *,
    state: str = "",
    source: str = "",
    theme: str = "",
    owner_id: int | None = None,
    words: str = "",
    change: str = "",
    cursor: str | None = None,
    limit: int = 30,
) -> Page[ItemView]:
    """The inbox, the newest first; `state` may be `waiting`: nobody has answered yet.

    :raises BadCursor: the cursor is not one of ours.
    """
    rows = Item.objects.select_related("change").order_by("-pk")
    if state == "waiting":
        rows = rows.filter(state__in=["new", "open"])
    elif state:
        rows = rows.filter(state=state)
    if source:
        rows = rows.filter(source=source)
    if theme:
        rows = rows.filter(Q(pk__in=_of_theme(theme)))
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    if words.strip():
        rows = rows.filter(text__icontains=words.strip()[:80])
    if change:
        rows = rows.filter(change__code=change)
    if cursor:
        rows = rows.filter(pk__lt=int(decode_cursor(cursor)[0]))
    found = list(rows[: limit + 1])
    more = encode_cursor(found[limit - 1].pk) if len(found) > limit else None
    return Page(_views(found[:limit]), more)


def count_states() -> dict[str, int]:
    """How many items there are of each state."""
    return dict(Item.objects.values_list("state").annotate(Count("pk")))


def page_own(person_id: int, *, cursor: str | None = None, limit: int = 20) -> Page[Said]:
    """What somebody told us, with what was answered and changed, the newest first.

    :raises BadCursor: the cursor is not one of ours.
    """
    rows = Item.objects.filter(person_id=person_id).select_related("change").order_by("-pk")
    if cursor:
        rows = rows.filter(pk__lt=int(decode_cursor(cursor)[0]))
    found = list(rows[: limit + 1])
    answers = _answers([row.pk for row in found])
    items = [
        Said(
            code=row.code,
            source=row.source,
            text=row.text,
            picture=media.view(row.picture) if row.picture else None,
            answers=answers.get(row.pk, ()),
            change=row.change.title if row.change and row.change.told_at else "",
            state=row.state,
            created_at=row.created_at,
        )
        for row in found[:limit]
    ]
    return Page(items, encode_cursor(found[limit - 1].pk) if len(found) > limit else None)


def list_themes(*, archived: bool = False) -> tuple[ThemeView, ...]:
    """The themes by slug; those put away only on request."""
    rows = Theme.objects.filter(is_archived=archived).order_by("slug")
    return tuple(ThemeView(row.slug, row.name, tuple(row.words), row.is_archived) for row in rows)


def get_theme(slug: str) -> ThemeView:
    """One theme.

    :raises ThemeNotFound: there is none.
    """
    row = Theme.objects.filter(slug=slug).first()
    if row is None:
        raise ThemeNotFound
    return ThemeView(row.slug, row.name, tuple(row.words), row.is_archived)


def count_themes(*, days: int = 30, at: datetime | None = None) -> tuple[ThemeCount, ...]:
    """How much is said about each theme lately and before, in one statement."""
    moment = clock.at_or_now(at)
    since = moment - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(_THEMES, {"since": since, "before": since - timedelta(days=days)})
        rows = cursor.fetchall()
    names = {row.slug: row.name for row in Theme.objects.filter(slug__in=[one[0] for one in rows])}
    return tuple(ThemeCount(slug, names[slug], now, before, waiting) for slug, now, before, waiting in rows)


def list_changes(*, limit: int = 100) -> tuple[ChangeView, ...]:
    """What was changed, the newest first."""
    rows = _changes().order_by("-made_at", "-pk")[:limit]
    return tuple(_change(row) for row in rows)


def get_change(code: str) -> ChangeView:
    """One change with its effect.

    :raises ChangeNotFound: there is none.
    """
    row = _changes().filter(code=code).first()
    if row is None:
        raise ChangeNotFound
    return _change(row)


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody told us and was answered."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = page_own(person_id, cursor=cursor, limit=200)
        found += [
            {
                "said": one.text,
                "where": one.source,
                "at": one.created_at.isoformat(),
                "picture": one.picture.url if one.picture else "",
                "answers": [answer.text for answer in one.answers],
            }
            for one in page.items
        ]
        if page.next_cursor is None:
            return {"feedback": found}
        cursor = page.next_cursor


def _of_theme(slug: str) -> QuerySet[Tag, Any]:
    return Tag.objects.filter(theme__slug=slug, is_off=False).values("item_id")


def _views(rows: Sequence[Item]) -> list[ItemView]:
    ids = [row.pk for row in rows]
    answers, themes = _answers(ids), _themes(ids)
    return [
        ItemView(
            code=row.code,
            source=row.source,
            state=row.state,
            text=row.text,
            person_id=row.person_id,
            is_unnamed=row.is_unnamed,
            about=row.about,
            score=row.score,
            picture=media.view(row.picture) if row.picture else None,
            themes=themes.get(row.pk, ()),
            owner_id=row.owner_id,
            answers=answers.get(row.pk, ()),
            change_code=row.change.code if row.change else "",
            created_at=row.created_at,
        )
        for row in rows
    ]


def _answers(ids: Iterable[int]) -> Mapping[int, tuple[AnswerView, ...]]:
    found: dict[int, tuple[AnswerView, ...]] = {}
    for row in Answer.objects.filter(item_id__in=list(ids)).order_by("pk"):
        found[row.item_id] = (*found.get(row.item_id, ()), AnswerView(row.text, row.by_id, row.at))
    return found


def _themes(ids: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = Tag.objects.filter(item_id__in=list(ids), is_off=False).select_related("theme")
    for row in rows.order_by("theme__slug"):
        found[row.item_id] = (*found.get(row.item_id, ()), row.theme.slug)
    return found


def _changes() -> QuerySet[Change]:
    return Change.objects.select_related("theme").annotate(said=Count("items"))


def _change(row: Any) -> ChangeView:
    effect: Effect | None = rules.ratio(**row.figures) if row.figures else None
    return ChangeView(
        code=row.code,
        title=row.title,
        what=row.what,
        measure=row.measure,
        theme=row.theme.slug if row.theme else "",
        made_at=row.made_at,
        by_id=row.by_id,
        told_at=row.told_at,
        item_count=row.said,
        effect=effect,
        measured_at=row.measured_at,
    )

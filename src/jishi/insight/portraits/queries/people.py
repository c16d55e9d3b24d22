"""One person's portrait with its evidence and history, and what they said about it themselves."""

import json
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from jishi.insight.portraits import tags, words, yardsticks
from jishi.insight.portraits.contracts import Interest, Portrait, RunView, Tag, TagChange, TagValue
from jishi.insight.portraits.models import Interest as Said
from jishi.insight.portraits.models import Portrait as Row
from jishi.insight.portraits.models import Run, TagHistory
from jishi.kernel.text import pick

_NAMES = """
SELECT 'category:' || slug, name FROM catalog_category WHERE slug = ANY(%s)
UNION ALL SELECT 'brand:' || slug, name FROM catalog_brand WHERE slug = ANY(%s)
UNION ALL SELECT 'topic:' || slug, to_jsonb(name) FROM notes_topic WHERE slug = ANY(%s)
"""


def list_tags() -> tuple[Tag, ...]:
    """Return every tag there is, by family."""
    return tuple(one.tag for one in tags.ALL)


def get_portrait(person_id: int) -> Portrait:
    """Return what is known about a person; an empty portrait when nothing was computed yet."""
    row = Row.objects.filter(pk=person_id).first()
    hidden = tuple(
        Said.objects.filter(person_id=person_id, is_wanted=False)
        .order_by("key")
        .values_list("key", flat=True)
    )
    if row is None:
        return Portrait(person_id, (), None, False, hidden)
    currency = yardsticks.measure().currency
    found = tuple(
        TagValue(
            code=one.tag.code,
            value=row.tags[one.tag.code],
            evidence=words.evidence(one.tag.code, row.tags, row.evidence),
            computed_at=row.computed_at,
            label=words.label(one.tag.code, row.tags[one.tag.code], currency),
        )
        for one in tags.ALL
        if one.tag.code in row.tags
    )
    return Portrait(person_id, found, row.computed_at, row.has_consent, hidden)


def history(person_id: int, tag: str = "", limit: int = 100) -> tuple[TagChange, ...]:
    """Return how a person's tags changed, newest first: one tag, or all of them."""
    rows = TagHistory.objects.filter(person_id=person_id)
    if tag:
        rows = rows.filter(tag=tag)
    return tuple(TagChange(r.tag, r.before, r.after, r.at) for r in rows.order_by("-at", "-pk")[:limit])


def list_interests(person_id: int, language: str = "zh-hans") -> tuple[Interest, ...]:
    """Return a person's interests: what they said first, then what was inferred and not taken away."""
    row = Row.objects.filter(pk=person_id).only("tags", "evidence").first()
    said = list(Said.objects.filter(person_id=person_id).order_by("edited_at", "key"))
    wanted = [one.key for one in said if one.is_wanted and not one.key.startswith("tag:")]
    hidden = {one.key for one in said if not one.is_wanted}
    inferred = [key for key in (row.tags.get("interests", []) if row else []) if key not in wanted]
    names = names_of([*wanted, *inferred], language)
    facts: dict[str, Any] = row.evidence if row else {}
    because = gettext("from what you look at and buy") if facts else ""
    mine = [Interest(key, names.get(key, key), "yours") for key in wanted]
    ours = [Interest(key, names.get(key, key), "inferred", because) for key in inferred if key not in hidden]
    return (*mine, *ours)


def names_of(keys: list[str], language: str) -> dict[str, str]:
    """Return the names of interests by key, in one statement; keys of nothing are left out."""
    slugs: dict[str, list[str]] = {"category": [], "brand": [], "topic": []}
    for key in keys:
        kind, _, slug = key.partition(":")
        slugs.get(kind, []).append(slug)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [slugs["category"], slugs["brand"], slugs["topic"]])
        rows = cursor.fetchall()
    return {key: _named(name, language) for key, name in rows}


def _named(name: Any, language: str) -> str:

    value = json.loads(name) if isinstance(name, str) else name
    return value if isinstance(value, str) else pick(value, language)


def newest_run(kind: str) -> RunView | None:
    """Return the newest piece of work of a kind (rebuild, cluster), finished or not."""
    row = Run.objects.filter(kind=kind).order_by("-pk").first()
    return _run_view(row) if row else None


def find_run(code: str) -> RunView | None:
    """Return one piece of work."""
    row = Run.objects.filter(code=code).first()
    return _run_view(row) if row else None


def _run_view(row: Run) -> RunView:
    return RunView(row.code, row.kind, row.state, row.done, row.total, row.asked_at, row.ended_at, row.error)

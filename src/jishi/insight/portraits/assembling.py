"""The one statement that makes portraits of the people in `pp_scope`, written from the tags' definitions.

Invariant: who gave no consent has neither tags nor evidence of consent's basis; a tag that its owner hid is
in no portrait; what changed in a portrait is told exactly once.
"""

# ruff: noqa: E501 - statements of ours, read as they are written; no value is written into them

from collections.abc import Iterable, Sequence
from functools import cache

from jishi.insight.portraits import sources, tags

PER_CALL = 90
"""A function takes at most a hundred arguments."""

WORDS = ("text", "choice", "day")

_JOINED = """
FROM pp_scope s CROSS JOIN pp_measure m JOIN accounts_user u ON u.id = s.person_id
LEFT JOIN pp_lake l ON l.person_id = s.person_id AND s.allows
LEFT JOIN graph_profile pr ON pr.person_id = s.person_id
"""
# One refreshes at a time, so that nobody adds a portrait between the two halves. What moves with the clock is
# left out before two portraits are compared tag by tag: most nights it is all that changed.
_KEEP = """
, again AS (
    UPDATE portraits_portrait p SET tags = made.tags, evidence = made.evidence, events = made.events,
        has_consent = made.allows, computed_at = made.at,
        version = p.version + (p.tags IS DISTINCT FROM made.tags)::int
    FROM made WHERE p.person_id = made.person_id
    RETURNING 1
), first AS (
    INSERT INTO portraits_portrait (person_id, tags, evidence, events, has_consent, computed_at, version)
    SELECT person_id, tags, evidence, events, allows, at, 1 FROM made
    WHERE NOT EXISTS (SELECT 1 FROM portraits_portrait p WHERE p.person_id = made.person_id)
    RETURNING 1
), told AS (
    INSERT INTO portraits_taghistory (person_id, tag, before, after, at)
    SELECT made.person_id, c.key, old.tags->c.key, made.tags->c.key, made.at
    FROM made JOIN portraits_portrait old ON old.person_id = made.person_id
        AND (old.tags - %s::text[]) <> (made.tags - %s::text[])
    CROSS JOIN LATERAL unnest(%s::text[]) AS c(key)
    WHERE (old.tags->c.key) IS DISTINCT FROM (made.tags->c.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM again) + (SELECT count(*) FROM first), (SELECT count(*) FROM told)
"""


def parameters() -> list[list[str]]:
    """Return what :func:`statement` asks for: twice the tags whose changes are not kept, then the others."""
    kept = [one.tag.code for one in tags.ALL if one.tag.is_kept]
    passing = [one.tag.code for one in tags.ALL if not one.tag.is_kept]
    return [passing, passing, kept]


@cache
def made() -> str:
    """Return the common table expressions up to `made`: one row per person with tags and evidence."""
    parts = [f"{name} AS MATERIALIZED ({text.strip()})" for name, text in sources.SOURCES.items()]
    parts += [f"{name} AS MATERIALIZED ({text.strip()})" for name, text in sources.LATER.items()]
    names = [*sources.SOURCES, *sources.LATER]
    joins = "".join(f"LEFT JOIN {name} ON {name}.person_id = s.person_id\n" for name in names)
    evidence = _object(_pair(name, expression, kind) for name, expression, kind in sources.EVIDENCE)
    return (
        f"WITH {', '.join(parts)}, made AS MATERIALIZED (\n"
        f"SELECT s.person_id, s.allows, m.at, {_tags()} AS tags,\n"
        f"{evidence} AS evidence, CASE WHEN s.allows THEN coalesce(l.events, '{{}}') ELSE '{{}}' END AS events\n"
        f"{_JOINED}{joins})"
    )


def statement() -> str:
    """Return the statement that makes, keeps and tells; its parameters are :func:`parameters`."""
    return made() + _KEEP


def _tags() -> str:
    """Return the tags as one JSON object, less what its owner hid. They stand in the order in which the
    database keeps an object's keys, which saves it sorting them.
    """
    pairs = []
    for one in sorted(tags.ALL, key=lambda one: (len(one.tag.code), one.tag.code)):
        value = one.sql if one.tag.basis == tags.CONTRACT else f"CASE WHEN s.allows THEN {one.sql} END"
        pairs.append(_pair(one.tag.code, value, one.tag.kind))
    whole = _object(pairs)
    return f"CASE WHEN own.hidden_tags IS NULL THEN {whole} ELSE {whole} - own.hidden_tags END"


def _object(pairs: Iterable[str]) -> str:
    """Return one JSON object of what is known. It is written as text and read once: building it value by
    value, joining the pieces and taking the nulls out again took three times as long.
    """
    return f"('{{' || {_listed(list(pairs))} || '}}')::jsonb"


def _listed(pairs: Sequence[str]) -> str:
    """Return pairs with commas between those that are not null; nothing at all is null."""
    calls = [
        f"nullif(concat_ws(',', {', '.join(pairs[start : start + PER_CALL])}), '')"
        for start in range(0, len(pairs), PER_CALL)
    ]
    return calls[0] if len(calls) == 1 else _listed(calls)


def _pair(name: str, expression: str, kind: str) -> str:
    """Return a name with its value as JSON, or null. Words are quoted by the database."""
    value = f"to_json(({expression})::text)::text" if kind in WORDS else f"({expression})::text"
    return f"'\"{name}\":' || {value}"

"""The one statement that makes portraits of the people in `pp_scope`, written from the tags' definitions.

Invariant: who gave no consent has neither tags nor evidence of consent's basis; a tag that its owner hid is
in no portrait; a portrait that did not change is not written again.
"""

# ruff: noqa: E501 - statements of ours, read as they are written; no value is written into them

from functools import cache

from jishi.insight.portraits import sources, tags

PER_OBJECT = 45
"""A function takes at most a hundred arguments, and each tag is two of them."""

_JOINED = """
FROM pp_scope s CROSS JOIN pp_measure m JOIN accounts_user u ON u.id = s.person_id
LEFT JOIN pp_lake l ON l.person_id = s.person_id AND s.allows
LEFT JOIN graph_profile pr ON pr.person_id = s.person_id
"""
_KEEP = """
, written AS (
    INSERT INTO portraits_portrait AS p (person_id, tags, evidence, events, has_consent, computed_at, version)
    SELECT person_id, tags, evidence, events, allows, at, 1 FROM made
    ON CONFLICT (person_id) DO UPDATE SET tags = EXCLUDED.tags, evidence = EXCLUDED.evidence,
        events = EXCLUDED.events, has_consent = EXCLUDED.has_consent, computed_at = EXCLUDED.computed_at,
        version = p.version + (p.tags IS DISTINCT FROM EXCLUDED.tags)::int
    RETURNING person_id
), told AS (
    INSERT INTO portraits_taghistory (person_id, tag, before, after, at)
    SELECT made.person_id, c.key, old.tags->c.key, made.tags->c.key, made.at
    FROM made JOIN portraits_portrait old ON old.person_id = made.person_id AND old.tags <> made.tags
    CROSS JOIN LATERAL unnest(%s::text[]) AS c(key)
    WHERE (old.tags->c.key) IS DISTINCT FROM (made.tags->c.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM told)
"""


def kept_tags() -> list[str]:
    """Return the tags whose changes are kept."""
    return [one.tag.code for one in tags.ALL if one.tag.is_kept]


@cache
def made() -> str:
    """Return the common table expressions up to `made`: one row per person with tags and evidence."""
    parts = [f"{name} AS MATERIALIZED ({text.strip()})" for name, text in sources.SOURCES.items()]
    parts += [f"{name} AS MATERIALIZED ({text.strip()})" for name, text in sources.LATER.items()]
    names = [*sources.SOURCES, *sources.LATER]
    joins = "".join(f"LEFT JOIN {name} ON {name}.person_id = s.person_id\n" for name in names)
    evidence = sources.EVIDENCE
    return (
        f"WITH {', '.join(parts)}, made AS MATERIALIZED (\n"
        f"SELECT s.person_id, s.allows, m.at, ({_objects()}) - coalesce(own.hidden_tags, '{{}}') AS tags,\n"
        f"{evidence} AS evidence, CASE WHEN s.allows THEN coalesce(l.events, '{{}}') ELSE '{{}}' END AS events\n"
        f"{_JOINED}{joins})"
    )


def statement() -> str:
    """Return the statement that makes, keeps and tells; its one parameter is :func:`kept_tags`."""
    return made() + _KEEP


def _objects() -> str:
    """Return the tags as one JSON object, without the nulls."""
    pairs = []
    for one in tags.ALL:
        value = one.sql if one.tag.basis == tags.CONTRACT else f"CASE WHEN s.allows THEN {one.sql} END"
        pairs.append(f"'{one.tag.code}', {value}")
    chunks = [pairs[start : start + PER_OBJECT] for start in range(0, len(pairs), PER_OBJECT)]
    objects = [f"jsonb_build_object({', '.join(chunk)})" for chunk in chunks]
    return f"jsonb_strip_nulls({' || '.join(objects)})"

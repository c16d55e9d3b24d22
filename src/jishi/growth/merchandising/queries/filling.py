"""What stands in the slots of a page for one viewer: one statement, whatever the page shows.

Reads memberships and stages of portraits, the choices of feeds, the consent and the default address in the
same statement, because a page gains at most one. Invariant: to somebody who wants the same as everybody, or
has not agreed to personal offers, only what everybody sees is shown, and their address is not looked at.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.growth.merchandising import ports, regions, rules
from jishi.growth.merchandising.contracts import NOTHING, USUAL, Filled, PageFill, Viewer
from jishi.growth.merchandising.queries.viewers import ZONE, day_of, key_of
from jishi.growth.merchandising.queries.whereabouts import region_of
from jishi.kernel import clock, media
from jishi.kernel.text import pick
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose

MOST = 40

FOR_ME = """
   (p.audiences = '{}' AND NOT p.is_for_chosen)
   OR (me.id IS NULL AND 'visitors' = ANY(p.audiences))
   OR (me.id IS NOT NULL AND 'members' = ANY(p.audiences))
   OR (me.is_personal AND me.id IS NOT NULL AND (
     EXISTS (SELECT 1 FROM portraits_membership m JOIN portraits_segment g ON g.id = m.segment_id
             WHERE m.person_id = me.id AND g.archived_at IS NULL
               AND 'segment:' || g.code = ANY(p.audiences))
     OR EXISTS (SELECT 1 FROM portraits_stage t WHERE t.person_id = me.id AND t.shop_id IS NULL
                AND 'stage:' || t.stage = ANY(p.audiences))
     OR p.is_for_chosen AND EXISTS (
       SELECT 1 FROM merchandising_chosen c WHERE c.placement_id = p.id AND c.person_id = me.id
         AND c.withdrawn_at IS NULL AND c.until > %(at)s)))
"""

FILL = """
WITH me AS (
  SELECT %(person)s::bigint AS id, COALESCE(f.is_personalised, true) AND COALESCE(
           (SELECT c.given FROM privacy_consent c WHERE c.person_id = %(person)s
            AND c.purpose = 'personalisation' ORDER BY c.id DESC LIMIT 1), %(default)s) AS is_personal,
         COALESCE(f.place, '') AS place, a.region, a.country
  FROM (SELECT 1) one
  LEFT JOIN feed_choice f ON f.person_id = %(person)s
  LEFT JOIN accounts_address a ON a.person_id = %(person)s AND a.is_default)
SELECT me.is_personal, me.place, me.region, me.country,
 (SELECT COALESCE(json_agg(x ORDER BY x.priority DESC, x.id DESC), '[]') FROM (
   SELECT p.id, p.code, p.slot, p.title, p.text, p.picture, p.url, p.regions, p.priority, p.product_ids,
          (p.per_day > 0 OR p.in_all > 0) AS is_counted
   FROM merchandising_placement p
   WHERE p.state = 'on' AND p.slot = ANY(%(slots)s) AND p.starts_at <= %(at)s AND p.ends_at > %(at)s
     AND (p.seasons = '{{}}' OR %(season)s = ANY(p.seasons))
     AND (p.per_day + p.in_all = 0 OR %(viewer)s <> '')
     AND ({for_me})
     AND NOT EXISTS (SELECT 1 FROM merchandising_seen s
       WHERE s.placement_id = p.id AND s.viewer = %(viewer)s
         AND (s.dismissed_at IS NOT NULL OR (p.in_all > 0 AND s.total >= p.in_all)
              OR (p.per_day > 0 AND s.on_day = %(day)s AND s.today >= p.per_day)))
   ORDER BY p.priority DESC, p.id DESC LIMIT {most}) x) AS found{riders}
FROM me
"""


def fill_page(
    page: str,
    *,
    viewer: Viewer,
    region: str = "",
    language: str,
    tried: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> PageFill:
    """All slots of a page for one viewer, in one statement, with whatever rides along.

    `tried` says what an experiment shows in a slot: nothing, or one thing by its code. Where that thing is
    not for this viewer, the usual ones stand.

    `region` is what somebody chose for this browser; without it a person's chosen place or default address
    says where they are.
    """
    riders = ports.riders_of(page)
    slots = [one.code for one in rules.slots_of(page)]
    row = _ask(slots, viewer, clock.at_or_now(at), riders)
    found = _shown(row, viewer, region, language, tried or {})
    return PageFill(found, {one.name: value for one, value in zip(riders, row[5:], strict=True)})


def fill(
    slot: str,
    *,
    person_id: int | None = None,
    visitor: str = "",
    region: str = "",
    language: str = "zh-hans",
    at: datetime | None = None,
) -> tuple[Filled, ...]:
    """What stands in one slot for one viewer, the most important first; one statement."""
    viewer = Viewer(person_id, visitor)
    row = _ask([slot], viewer, clock.at_or_now(at), ())
    return _shown(row, viewer, region, language, {}).get(slot, ())


def offer(
    slot: str,
    *,
    viewer: Viewer,
    region: str = "",
    language: str,
    shows: str = USUAL,
    at: datetime | None = None,
) -> tuple[bool, tuple[Filled, ...]]:
    """Whether anything could stand in a slot for a viewer now, and what an experiment leaves of it.

    The first answer does not depend on `shows`, so that the arms of an experiment meet the same people.
    """
    row = _ask([slot], viewer, clock.at_or_now(at), ())
    things = _candidates(row, viewer, region).get(slot, [])
    return bool(things), tuple(made(one, language) for one in _chosen(slot, things, shows))


def _ask(
    slots: Sequence[str], viewer: Viewer, at: datetime, riders: Sequence[ports.Rider]
) -> tuple[Any, ...]:
    text = FILL.format(
        for_me=FOR_ME, most=MOST, riders="".join(f", ({one.sql}) AS rider_{one.name}" for one in riders)
    )
    params = {
        "person": viewer.person_id,
        "viewer": key_of(viewer),
        "slots": list(slots),
        "at": at,
        "day": day_of(at),
        "default": privacy.default(Purpose.PERSONALISATION),
        "season": regions.season_of(at.astimezone(ZONE).month),
    }
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        row = cursor.fetchone()
    assert row is not None, "the viewer is one row, even when nobody is signed in"
    riding = [json.loads(value) if isinstance(value, str) else value for value in row[5:]]
    return (*row[:4], json.loads(row[4]) if isinstance(row[4], str) else row[4], *riding)


def _shown(
    row: tuple[Any, ...], viewer: Viewer, region: str, language: str, tried: Mapping[str, str]
) -> Mapping[str, tuple[Filled, ...]]:
    return {
        slot: tuple(made(one, language) for one in _chosen(slot, things, tried.get(slot, USUAL)))
        for slot, things in _candidates(row, viewer, region).items()
    }


def _candidates(row: tuple[Any, ...], viewer: Viewer, region: str) -> dict[str, list[Any]]:
    """Everything that could stand in each slot where this viewer is, the most important first."""
    keys = regions.keys_of(region or _where(row, viewer))
    found: dict[str, list[Any]] = {}
    for one in row[4]:
        if not one["regions"] or keys & set(one["regions"]):
            found.setdefault(one["slot"], []).append(one)
    return found


def _chosen(slot: str, things: list[Any], shows: str) -> list[Any]:
    """What stands in a slot of all that could."""
    if shows == NOTHING:
        return []
    alone = [one for one in things if one["code"] == shows]
    return alone or things[: rules.BY_CODE[slot].max_items]


def _where(row: tuple[Any, ...], viewer: Viewer) -> str:
    """Where somebody is: the place they chose, else the region of their default address."""
    is_personal, place, address, country = row[:4]
    if viewer.person_id is None or not is_personal:
        return ""
    return region_of(place, address, country)


def made(one: Mapping[str, Any], language: str) -> Filled:
    """A thing in a slot, in one language."""
    slot = rules.BY_CODE[one["slot"]]
    title = pick(one["title"], language)
    return Filled(
        code=one["code"],
        slot=slot.code,
        kind=slot.kind,
        title=title,
        text=pick(one["text"], language),
        url=one["url"],
        picture=media.view(one["picture"]) if one["picture"] else None,
        product_ids=tuple(one["product_ids"]),
        is_counted=bool(one["is_counted"]),
    )

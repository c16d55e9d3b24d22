"""The words of community pages: roles, states, policies, what moderators did, and the figures of health."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from jishi.kernel.errors import N_
from jishi.social.communities.contracts import DayCount, PostRow
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import NoteCard
from jishi.surfaces.shell import facts as request_facts

TABS: Mapping[str, str] = {
    "feed": N_("Posts"),
    "pinned": N_("Pinned"),
    "events": N_("Events"),
    "offers": N_("Offers"),
    "members": N_("Members"),
    "about": N_("About"),
}
DESK_TABS: Mapping[str, str] = {
    "community_desk_cases": N_("Reports"),
    "community_desk_members": N_("Banned, muted, growth"),
    "community_desk_quiet": N_("Quiet members"),
    "community_desk_strategy": N_("Strategy"),
    "community_desk_health": N_("Health board"),
    "community_log": N_("What moderators did"),
}
POLICIES: Mapping[str, str] = {
    "open": N_("Open to everybody"),
    "questions": N_("Answer a few questions"),
    "invitation": N_("By invitation"),
}
ROLES: Mapping[str, str] = {
    "owner": N_("Owner"),
    "moderator": N_("Moderator"),
    "core": N_("Core member"),
    "member": N_("Member"),
}
STATES: Mapping[str, str] = {
    "stranger": "",
    "applied": N_("Waiting for a moderator"),
    "member": N_("Joined"),
    "moderator": N_("You run this"),
    "banned": N_("Not for you at present"),
}
STEPS: Mapping[str, str] = {
    "rules": N_("Accept the rules"),
    "introduce": N_("Introduce yourself with a first post"),
    "follow": N_("Follow three members"),
}
ACTIONS: Mapping[str, str] = {
    "accept": N_("Let somebody in"),
    "refuse": N_("Did not let somebody in"),
    "warn": N_("Warned a member"),
    "mute": N_("Muted a member"),
    "unmute": N_("Let a member write again"),
    "remove": N_("Removed a member"),
    "ban": N_("Banned a member"),
    "unban": N_("Ended a ban"),
    "remove_post": N_("Removed a post"),
    "pin": N_("Pinned a post"),
    "unpin": N_("Unpinned a post"),
    "appoint": N_("Changed a role"),
    "partner": N_("Decided about a shop's offers"),
    "notice_inactive": N_("Asked quiet members whether they stay"),
    "remove_inactive": N_("Ended a quiet membership"),
    "close": N_("Closed the community"),
}
FIGURES: Mapping[str, str] = {
    "members": N_("Members"),
    "active_7d": N_("Active in 7 days"),
    "active_28d": N_("Active in 28 days"),
    "posts_28d": N_("Posts in 28 days"),
    "unanswered_28d": N_("Posts nobody answered"),
    "comments_28d": N_("Comments in 28 days"),
    "joined_28d": N_("Joined in 28 days"),
    "left_28d": N_("Left in 28 days"),
    "newcomers": N_("Joined 2 to 15 weeks ago"),
    "newcomers_stayed": N_("Of these, active in 14 days"),
    "inactive": N_("Quiet for 60 days"),
    "note_orders": N_("Orders from posts in 28 days"),
}
BAR_W, CHART_H = 10, 96


def note_cards(rows: Sequence[PostRow], request: HttpRequest) -> list[tuple[PostRow, NoteCard]]:
    """Posts with their notes, as this viewer may see them; the notes' own list decides."""
    facts = request_facts.of(request)
    found = note_queries.list_cards(
        [row.note_id for row in rows], viewer_id=facts.person_id, language=facts.language
    )
    cards = {card.id: card for card in found}
    return [(row, cards[row.note_id]) for row in rows if row.note_id in cards]


def chart(days: Sequence[DayCount], name: str) -> dict[str, Any]:
    """A bar for each day, ready for SVG: position, height and what it says."""
    values = [getattr(day, name) for day in days]
    highest = max(values, default=0) or 1
    bars = [
        {
            "x": place * BAR_W + 1,
            "y": CHART_H - value * CHART_H // highest,
            "height": value * CHART_H // highest,
            "on": day.on,
            "value": value,
        }
        for place, (day, value) in enumerate(zip(days, values, strict=True))
    ]
    return {"bars": bars, "width": len(bars) * BAR_W, "height": CHART_H, "highest": max(values, default=0)}

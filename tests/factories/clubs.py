"""Communities for tests, founded and joined through the operations."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from tests.factories.trade import NOON

from jishi.people.accounts import operations as accounts
from jishi.people.accounts.contracts import AudienceRef
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.social.communities.contracts import CommunityDraft, GatheringDraft, Membership
from jishi.social.communities.models import Community
from jishi.social.communities.models import Membership as Row

_number = count(1)


def person() -> int:
    """Register somebody."""
    number = next(_number)
    return accounts.register(nickname=f"柿友{number}", email=f"club-{uuid4().hex}@example.org").id


def draft(**changes: Any) -> CommunityDraft:
    """Describe a community of tea drinkers."""
    words: dict[str, Any] = {
        "name": "慢慢喝茶",
        "for_whom": "每天泡一壶茶的人",
        "about": "聊茶、换茶、一起去茶山。",
        "not_about": "不卖课、不拉人头。",
        "rules": "好好说话。",
        "welcome": "先坐下，喝一杯。",
    }
    return CommunityDraft(**{**words, **changes})


def club(owner: int | None = None, *, at: datetime = NOON, **changes: Any) -> str:
    """Found a community; returns its address."""
    slug = f"tea-{uuid4().hex[:8]}"
    return communities.found(person_id=owner or person(), slug=slug, draft=draft(**changes), at=at)


def owner_of(slug: str) -> int:
    """Return who owns a community."""
    return Row.objects.get(community__slug=slug, role="owner").person_id


def id_of(slug: str) -> int:
    """Return a community's number."""
    return Community.objects.get(slug=slug).pk


def join(slug: str, who: int | None = None, *, at: datetime = NOON, **extra: Any) -> int:
    """Have somebody join, accepting the rules in force; returns who."""
    joiner = who or person()
    version = Community.objects.get(slug=slug).rules_version
    communities.join(person_id=joiner, slug=slug, rules_version=version, at=at, **extra)
    return joiner


def part(slug: str, who: int) -> Membership | None:
    """Return somebody's part in a community."""
    return queries.membership(id_of(slug), who)


def event(slug: str, *, capacity: int = 0, at: datetime = NOON, hours: int = 48, **changes: Any) -> str:
    """Plan an event two days ahead; returns its code."""
    starts = at + timedelta(hours=hours)
    words: dict[str, Any] = {"title": "春茶品鉴", "text": "带上你的杯子。", "place": "龙井村 3 号"}
    plan = GatheringDraft(
        starts_at=starts, ends_at=starts + timedelta(hours=3), capacity=capacity, **{**words, **changes}
    )
    return communities.plan(host_id=owner_of(slug), slug=slug, draft=plan, at=at)


def audience(slug: str) -> AudienceRef:
    """Return the members of a community as an audience."""
    return AudienceRef("community", slug)

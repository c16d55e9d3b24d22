"""People for conversations: strangers, friends, and a shop with staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User
from jishi.social.graph import operations as graph
from jishi.social.messaging import operations as messaging
from jishi.social.messaging.contracts import Draft

_number = count(1)


@pytest.fixture
def person() -> Callable[..., int]:
    """Register somebody whose account is old enough to be trusted."""

    def make(name: str = "小柿", *, days: int = 30) -> int:
        made = accounts.register(nickname=f"{name}{next(_number)}", email=f"talk-{next(_number)}@example.org")
        User.objects.filter(pk=made.id).update(joined_at=clock.now() - timedelta(days=days))
        return made.id

    return make


@pytest.fixture
def friends(person: Callable[..., int]) -> Callable[[int], list[int]]:
    """Register several people of whom the first is everybody's friend."""

    def make(size: int = 2) -> list[int]:
        people = [person() for _ in range(size)]
        for other in people[1:]:
            graph.follow(person_id=people[0], other_id=other)
            graph.follow(person_id=other, other_id=people[0])
        return people

    return make


@pytest.fixture
def say() -> Callable[..., int]:
    """Send a text; returns its number."""

    def send(sender: int, code: str, text: str = "在吗", **more: str) -> int:
        draft = Draft(text=text)
        return messaging.send(sender_id=sender, conversation_code=code, draft=draft, **more).no

    return send

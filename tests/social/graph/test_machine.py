"""Whatever people do to each other in whatever order, the counts are right and no follow crosses a block.

The model is plain sets; after every step the database says the same as the model.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.factories import trade
from tests.factories.trade import NOON
from tests.social.graph.test_follows import drifted

from jishi.kernel.errors import DomainError
from jishi.kernel.models import RateCounter
from jishi.social.graph import operations as graph
from jishi.social.graph.models import Block, Follow, Profile

SOME = st.integers(0, 3)


class Circle(RuleBasedStateMachine):
    """Four people."""

    people: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.people = [trade.buyer().id for _ in range(4)]
        self.active: set[tuple[int, int]] = set()
        self.asked: set[tuple[int, int]] = set()
        self.blocks: set[tuple[int, int]] = set()
        self.private: set[int] = set()

    def teardown(self) -> None:
        """Forget this run."""
        transaction.savepoint_rollback(self.savepoint)

    def _cut(self, one: int, other: int) -> bool:
        return bool({(one, other), (other, one)} & self.blocks)

    @rule(one=SOME, other=SOME)
    def follow(self, one: int, other: int) -> None:
        """Follow, or be refused."""
        allowed = one != other and ((one, other) in self.active or not self._cut(one, other))
        assert self._try(graph.follow, one, other) is allowed
        if allowed and (one, other) not in self.active:
            if other in self.private:
                self.asked.add((one, other))
            else:
                self.asked.discard((one, other))
                self.active.add((one, other))

    @rule(one=SOME, other=SOME)
    def unfollow(self, one: int, other: int) -> None:
        """Let go."""
        if self._try(graph.unfollow, one, other):
            self.active.discard((one, other))
            self.asked.discard((one, other))

    @rule(one=SOME, other=SOME)
    def block(self, one: int, other: int) -> None:
        """Cut every tie."""
        if self._try(graph.block, one, other):
            self.blocks.add((one, other))
            for pair in ((one, other), (other, one)):
                self.active.discard(pair)
                self.asked.discard(pair)

    @rule(one=SOME, other=SOME)
    def unblock(self, one: int, other: int) -> None:
        """Lift a block; what it cut stays cut."""
        if self._try(graph.unblock, one, other):
            self.blocks.discard((one, other))

    @rule(one=SOME, is_private=st.booleans())
    def change_privacy(self, one: int, is_private: bool) -> None:
        """Close or open an account; who waits goes on waiting."""
        graph.edit_profile(person_id=self.people[one], is_private=is_private)
        (self.private.add if is_private else self.private.discard)(one)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), yes=st.booleans())
    def answer(self, data: st.DataObject, yes: bool) -> None:
        """Let somebody in, or not."""
        one, other = data.draw(st.sampled_from(sorted(self.asked)))
        verb = graph.accept if yes else graph.decline
        verb(person_id=self.people[other], follower_id=self.people[one])
        self.asked.discard((one, other))
        if yes:
            self.active.add((one, other))

    @rule(host=SOME, guest=SOME)
    def invite(self, host: int, guest: int) -> None:
        """Become friends by a link."""
        link = graph.create_invitation(person_id=self.people[host], at=NOON).code
        allowed = host != guest and not self._cut(host, guest)
        try:
            graph.accept_invitation(person_id=self.people[guest], code=link, at=NOON)
        except DomainError:
            assert not allowed
        else:
            assert allowed
            if (host, guest) not in self._used:
                self._used.add((host, guest))
                self.active |= {(host, guest), (guest, host)}
                self.asked -= {(host, guest), (guest, host)}

    @property
    def _used(self) -> set[tuple[int, int]]:
        """Who used whose link: a used link makes no friends a second time."""
        return self.__dict__.setdefault("used", set())

    @invariant()
    def the_database_says_the_same(self) -> None:
        """Rows equal the model, counts equal rows, and nothing crosses a block."""
        name = {person: number for number, person in enumerate(self.people)}
        rows = Follow.objects.filter(follower_id__in=self.people).values_list(
            "follower_id", "followee_id", "state"
        )
        found = {(name[a], name[b], state) for a, b, state in rows}
        wanted = {(*pair, "active") for pair in self.active} | {(*pair, "requested") for pair in self.asked}
        assert found == wanted
        blocks = Block.objects.filter(blocker_id__in=self.people).values_list("blocker_id", "blocked_id")
        assert {(name[a], name[b]) for a, b in blocks} == self.blocks
        assert drifted() == []
        assert not any(self._cut(a, b) for a, b, _ in found)
        for profile in Profile.objects.filter(pk__in=self.people):
            me = name[profile.pk]
            assert profile.following_count == sum(a == me for a, _ in self.active)
            assert profile.follower_count == sum(b == me for _, b in self.active)

    def _try(self, verb: Any, one: int, other: int) -> bool:
        """Do it; false if it was refused, and then nothing may have changed, which the invariant checks."""
        RateCounter.objects.all().delete()
        try:
            verb(person_id=self.people[one], other_id=self.people[other])
        except DomainError:
            return False
        return True


@pytest.mark.django_db
def test_acc_any_order_of_follows_blocks_and_privacy_keeps_the_counts() -> None:
    run_state_machine_as_test(
        Circle,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Friends by a link: both follow each other, once; links run out, are renewed, and do not cross a block."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.factories import trade
from tests.factories.trade import NOON
from tests.social.graph.test_follows import counts, drifted

from jishi.kernel.models import OutboxEvent
from jishi.social.graph import operations as graph
from jishi.social.graph import queries, rules
from jishi.social.graph.errors import InvitationGone, OnlyOthers
from jishi.social.graph.models import InvitationUse

Race = Callable[[int, Callable[..., Any]], list[Any]]
LATER = NOON + timedelta(days=rules.INVITATION_DAYS)


@pytest.mark.django_db
def test_accepting_twice_makes_two_friends_once() -> None:
    host, guest = trade.buyer().id, trade.buyer().id
    link = graph.create_invitation(person_id=host, at=NOON).code

    for _ in range(2):
        card = graph.accept_invitation(person_id=guest, code=link, at=NOON)

    assert card.id == host and queries.relation(guest, host).is_friend
    assert counts(host) == counts(guest) == (1, 1)
    assert InvitationUse.objects.count() == 1
    assert OutboxEvent.objects.filter(topic__contains="invitation").count() == 1


@pytest.mark.django_db
def test_a_private_account_agreed_by_inviting() -> None:
    host, guest = trade.buyer().id, trade.buyer().id
    graph.edit_profile(person_id=host, is_private=True)
    graph.follow(person_id=guest, other_id=host, at=NOON)
    link = graph.create_invitation(person_id=host, at=NOON).code

    graph.accept_invitation(person_id=guest, code=link, at=NOON)

    assert queries.relation(guest, host).is_friend
    assert queries.count_requests(host) == 0 and drifted() == []


@pytest.mark.django_db
def test_a_link_is_kept_while_fresh_renewed_and_ended() -> None:
    host, guest = trade.buyer().id, trade.buyer().id
    link = graph.create_invitation(person_id=host, at=NOON)

    assert graph.create_invitation(person_id=host, at=NOON + timedelta(hours=1)).code == link.code
    fresh = graph.create_invitation(person_id=host, is_new=True, at=NOON + timedelta(hours=2))
    assert fresh.code != link.code
    with pytest.raises(InvitationGone):
        graph.accept_invitation(person_id=guest, code=link.code, at=NOON + timedelta(hours=3))
    with pytest.raises(InvitationGone):
        graph.accept_invitation(person_id=guest, code=fresh.code, at=fresh.expires_at)
    with pytest.raises(OnlyOthers):
        graph.accept_invitation(person_id=host, code=fresh.code, at=NOON)

    assert not queries.relation(guest, host).follows and drifted() == []


@pytest.mark.django_db
@pytest.mark.parametrize("who_blocks", ["host", "guest"])
def test_no_link_crosses_a_block(who_blocks: str) -> None:
    host, guest = trade.buyer().id, trade.buyer().id
    link = graph.create_invitation(person_id=host, at=NOON).code
    blocker, blocked = (host, guest) if who_blocks == "host" else (guest, host)
    graph.block(person_id=blocker, other_id=blocked, at=NOON)

    with pytest.raises(InvitationGone):
        graph.accept_invitation(person_id=guest, code=link, at=NOON)

    assert InvitationUse.objects.count() == 0 and drifted() == []


@pytest.mark.django_db(transaction=True)
def test_one_guest_accepting_many_times_at_once_is_counted_once(race: Race) -> None:
    host, guest = trade.buyer().id, trade.buyer().id
    link = graph.create_invitation(person_id=host, at=NOON).code

    race(6, lambda *_: graph.accept_invitation(person_id=guest, code=link, at=NOON))

    assert counts(host) == counts(guest) == (1, 1)
    assert InvitationUse.objects.count() == 1 and drifted() == []

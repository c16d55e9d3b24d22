"""The page of events: health, kinds, and dead letters that can be tried again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factories import consoles
from tests.insight.behavior import kit

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries
from jishi.insight.behavior.models import DeadLetter, Inbox
from jishi.kernel import audit


@pytest.fixture
def world(db: None, tmp_path: Path, settings) -> consoles.World:
    settings.JISHI_LAKE_ROOT = tmp_path
    return consoles.build()


def test_the_page_shows_what_waits_what_was_refused_and_every_kind(world, django_assert_max_num_queries):
    client = world.client("operator")
    kit.send(kit.event("danced"), kit.event())
    behavior.compact(limit=10_000)
    kit.send(kit.event())

    with django_assert_max_num_queries(14):
        html = consoles.body(client, "/ops/events/")

    assert "kind_unknown" in html and "danced" in html
    assert all(kind.name in html for kind in queries.list_kinds())


def test_dead_letters_are_tried_again_or_thrown_away_and_it_is_written_down(world):
    client = world.client("operator")
    kit.send(kit.event("danced"), kit.event("danced"), kit.event("danced"))
    behavior.compact(limit=10_000)
    Inbox.objects.all().delete()
    first, second, _ = DeadLetter.objects.order_by("pk").values_list("pk", flat=True)

    client.post(f"/ops/events/{first}/replay/", {"do": "replay"})
    client.post(f"/ops/events/{second}/replay/", {"do": "discard"})
    client.post("/ops/events/replay/", {"reason": "kind_unknown"})

    assert not DeadLetter.objects.exists() and Inbox.objects.count() == 2
    assert len(audit.list_entries(action="events.replay")) == 2
    assert len(audit.list_entries(action="events.discard")) == 1
    assert client.post(f"/ops/events/{second}/replay/").status_code == 302

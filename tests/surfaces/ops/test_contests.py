"""Rankings against each other in the console: started, refused with what was typed kept, ended on record."""

from __future__ import annotations

import pytest
from tests.factories import consoles

from jishi.insight.recommendation import queries
from jishi.kernel import audit

pytestmark = pytest.mark.django_db


def test_a_contest_is_started_refused_and_ended() -> None:
    client = consoles.build().client("operator")
    empty = consoles.body(client, "/ops/contests/")

    refused = client.post("/ops/contests/", {"name": "口味", "one": "1", "two": "1"})
    client.post("/ops/contests/", {"name": "口味", "one": "1", "two": "2"})
    second = client.post("/ops/contests/", {"name": "新品", "one": "1", "two": "4"})

    assert 'name="two"' in empty
    assert refused.status_code == 422 and 'value="口味"' in refused.content.decode()
    assert second.status_code == 422
    (found,) = queries.list_contests()
    running = consoles.body(client, "/ops/contests/")
    assert "口味" in running and 'name="two"' not in running
    assert "<meter" not in running  # nobody has voted: there is no share to show
    client.post(f"/ops/contests/{found.code}/end/")
    assert queries.list_contests()[0].ended_at is not None
    assert len(audit.list_entries(subject=f"contest:{found.code}")) == 2
    assert client.post("/ops/contests/no-such-one/end/").status_code == 302

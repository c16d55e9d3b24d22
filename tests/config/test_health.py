"""Whether a process says that it can serve."""

import pytest

from jishi.config import health

pytestmark = pytest.mark.django_db


def test_a_process_of_a_newer_release_is_not_ready_before_its_migrations(client, monkeypatch):
    assert client.get("/readyz").json() == {"ready": True}

    newer = health._shipped_migrations() | {("orders", "9999_of_the_next_release")}
    monkeypatch.setattr(health, "_shipped_migrations", lambda: newer)

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["why"].startswith("1 migrations")

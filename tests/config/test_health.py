"""Whether a process says that it can serve."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_a_process_is_ready_when_every_migration_is_applied(client):
    assert client.get("/readyz").json() == {"ready": True}

    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'orders' AND name LIKE '0001%%'")

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["why"].startswith("1 migrations")

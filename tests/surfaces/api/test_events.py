"""Events of apps: taken once, by whoever the token says, and refused when they are none."""

import uuid

import pytest
from tests.insight.behavior import kit

from jishi.insight.behavior import settle
from jishi.insight.behavior.models import Inbox

pytestmark = pytest.mark.django_db


def body(**more):
    return {"batch": uuid.uuid4().hex, "device_id": "device-0001", "events": [kit.event()], **more}


def test_a_batch_is_taken_once_and_belongs_to_the_caller(people):
    caller = people()
    batch = body(source="mini")
    Inbox.objects.all().delete()

    first = caller.call("POST", "/events", batch, status=202)
    again = caller.call("POST", "/events", batch, status=200)

    assert (first, again) == ({"accepted": 1}, {"accepted": 0})
    meta, _ = settle.unpack(bytes(Inbox.objects.get().body))
    assert (meta["person"], meta["visitor"], meta["source"]) == (caller.person_id, "device-0001", "mini")


def test_what_is_no_batch_is_refused(people):
    caller = people()
    Inbox.objects.all().delete()

    for bad in (
        {"events": []},
        body(events=[]),
        body(batch="x"),
        body(events=[{}] * 501),
        body(source="server"),
    ):
        caller.call("POST", "/events", bad, status=422)

    assert not Inbox.objects.exists()

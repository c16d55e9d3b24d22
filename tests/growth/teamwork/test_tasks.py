"""Tasks, hands they go through, comments; and what stays when somebody of the team leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import consoles, jotted

from jishi.growth.teamwork import operations as teamwork
from jishi.growth.teamwork import queries
from jishi.growth.teamwork.errors import OwnerNotStaff, TaskInvalid, TaskNotFound
from jishi.growth.teamwork.models import Change, Comment, Task
from jishi.kernel import clock
from jishi.people.notifications.models import Notice


@pytest.mark.django_db
def test_ops_f13_a_task_goes_from_hand_to_hand_and_its_history_stays() -> None:
    ann, ben = jotted.person(is_operator=True), jotted.person(is_operator=True)
    shopper, now = jotted.person(), clock.now()

    made = teamwork.assign(
        subject="segment:abc", title=" Call  them ", owner_id=ben, natural_key="k1", by=ann, at=now
    )
    again = teamwork.assign(subject="segment:abc", title="Other", owner_id=ann, natural_key="k1", by=ann)
    teamwork.move(code=made.code, state="doing", by=ben, at=now)
    teamwork.move(code=made.code, state="doing", by=ben, at=now)
    teamwork.hand_over(code=made.code, owner_id=ann, by=ben, at=now + timedelta(minutes=1))
    done = teamwork.move(code=made.code, state="done", by=ann, at=now + timedelta(hours=1))

    assert made.title == "Call them" and again == made
    assert (done.state, done.owner_id, done.closed_at) == ("done", ann, now + timedelta(hours=1))
    steps = queries.list_changes([made.code])[made.code]
    assert [(s.verb, s.after, s.owner_id) for s in steps] == [
        ("assign", "open", ben),
        ("move", "doing", ben),
        ("hand_over", "doing", ann),
        ("move", "done", ann),
    ]
    assert Notice.objects.filter(kind="task_assigned", person_id=ben).count() == 1
    assert Notice.objects.filter(kind="task_assigned", person_id=ann).count() == 1
    for wrong in ({"title": " "}, {"subject": "nonsense:1"}, {"subject": "segment:"}):
        with pytest.raises(TaskInvalid):
            teamwork.assign(**{"subject": "segment:abc", "title": "x", "by": ann, **wrong})
    with pytest.raises(OwnerNotStaff):
        teamwork.assign(subject="segment:abc", title="x", owner_id=shopper, by=ann)
    with pytest.raises(TaskInvalid):
        teamwork.move(code=made.code, state="gone", by=ann)
    with pytest.raises(TaskNotFound):
        teamwork.move(code="none", state="done", by=ann)
    assert Task.objects.count() == 1 and Change.objects.count() == 4

    teamwork.forget(person_id=ann)
    assert queries.get_task(made.code).owner_id is None
    assert not Change.objects.filter(by_id=ann).exists()


@pytest.mark.django_db
def test_ops_f13_the_panel_assigns_moves_and_comments_without_scripts() -> None:
    world = consoles.build()
    client = world.client("operator")
    form = {"subject": "segment:abc", "title": "看一下名单", "due": "2030-01-02", "next": "/ops/teamwork/"}

    made = client.post("/ops/teamwork/assign/", form)
    code = queries.list_tasks(subject="segment:abc")[0].code
    client.post(f"/ops/teamwork/tasks/{code}/do/", {"do": "take", "next": "https://evil.example/"})
    for _ in range(2):
        client.post("/ops/teamwork/comment/", {"subject": "segment:abc", "text": "先联系老客"})
    bad = client.post("/ops/teamwork/assign/", {**form, "due": "soon"})

    assert made.status_code == 302 and made.headers["Location"] == "/ops/teamwork/#teamwork"
    assert queries.get_task(code).owner_id == world.operator_id
    assert bad.status_code == 302 and Task.objects.count() == 1
    assert Comment.objects.count() == 1
    page = consoles.body(client, f"/ops/teamwork/tasks/{code}/")
    assert "看一下名单" in page and "先联系老客" in page
    assert "看一下名单" in consoles.body(client, "/ops/teamwork/?whose=all")

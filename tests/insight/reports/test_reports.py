"""Reports come once per period, mails leave at most once, and a strange day explains itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from tests.factories import consoles, jotted

from jishi.insight.behavior import operations as behavior
from jishi.insight.metrics import operations as metrics
from jishi.insight.reports import operations as reports
from jishi.insight.reports import queries, watched
from jishi.insight.reports.contracts import ReportDraft
from jishi.insight.reports.errors import ReportInvalid
from jishi.insight.reports.models import Issue, Mail, Note
from jishi.insight.reports.operations import mailing
from jishi.people.notifications.errors import MailUnavailable

NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)  # Monday, 9 o'clock there


@pytest.fixture(autouse=True)
def lake_root(tmp_path: Path, settings: Any) -> None:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def board(person_id: int) -> str:
    code = metrics.save_board(name="晨报", person_id=person_id)
    for name, kind in (("浏览", "product_viewed"), ("=下单", "order_paid")):
        view = metrics.save_view(name=name, metric="trend", params={"kind": kind}, person_id=person_id)
        metrics.place(board_code=code, view_code=view)
    return code


@pytest.mark.django_db
def test_ops_e19_a_report_comes_once_per_period_by_mail_and_in_the_console(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    boss, shopper = jotted.person(is_operator=True), jotted.person()
    seen = {"person": boss, "product_id": 7}
    rows = [{**seen, "key": f"v{n}", "at": NOW - timedelta(days=1, hours=n)} for n in range(3)]
    behavior.record_many(kind="product_viewed", rows=rows)
    behavior.compact()
    draft = ReportDraft("周报", board(boss), "weekly", 8, 0, "en", (boss,))
    made = reports.save(draft=draft, by=boss, at=NOW - timedelta(days=6))
    for wrong in (
        ReportDraft("", draft.board_code),
        ReportDraft("x", "none"),
        ReportDraft("x", draft.board_code, "hourly"),
        ReportDraft("x", draft.board_code, reader_ids=(shopper,)),
    ):
        with pytest.raises(ReportInvalid):
            reports.save(draft=wrong, by=boss)

    assert reports.plan_due(NOW - timedelta(hours=2)) == 0
    assert [reports.plan_due(NOW), reports.plan_due(NOW)] == [1, 0]
    code = reports.issue_now(code=made.code, at=NOW)
    assert reports.compose_due(NOW) == 0
    metrics.compute_due(at=NOW)
    assert [reports.compose_due(NOW), reports.compose_due(NOW)] == [1, 0]
    found = queries.get_issue(code)
    assert Issue.objects.count() == 1 and found.state == "ready"
    assert (found.first.isoformat(), found.last.isoformat()) == ("2026-03-02", "2026-03-08")
    assert found.tables[0].columns[2:] == ("Times", "People")
    assert sum(row[2] for row in found.tables[0].raw_rows) == 3

    send = mailing.notifications.send_mail
    tries: list[str] = []

    def refused(**words: Any) -> None:
        tries.append(words["to"])
        raise MailUnavailable(retry_after_s=60)

    monkeypatch.setattr(mailing.notifications, "send_mail", refused)
    assert reports.mail_due(NOW) == 0 and len(tries) == 1
    monkeypatch.setattr(mailing.notifications, "send_mail", send)
    assert [reports.mail_due(NOW), reports.mail_due(NOW + timedelta(minutes=11))] == [0, 1]
    assert reports.mail_due(NOW + timedelta(days=1)) == 0
    assert len(mail.outbox) == 1
    sent = mail.outbox[0]
    assert "周报" in sent.subject and "Times" in str(sent.alternatives[0][0])
    assert [one[0] for one in sent.attachments] == ["01.csv", "02.csv"]
    assert "bucket,part,times,people" in str(sent.attachments[0][1])
    reports.forget(person_id=boss)
    assert not Mail.objects.exists() and queries.get_report(made.code).draft.reader_ids == ()


@pytest.mark.django_db(transaction=True)
def test_ops_e19_eight_workers_at_once_make_one_issue_and_a_killed_one_sends_no_second_mail() -> None:
    boss = jotted.person(is_operator=True)
    made = reports.save(
        draft=ReportDraft("日报", board(boss), "daily", 8, 0, "zh-hans", (boss,)),
        by=boss,
        at=NOW - timedelta(days=1),
    )

    def work() -> None:
        try:
            reports.plan_due(NOW)
            reports.issue_now(code=made.code, at=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Issue.objects.count() == 1
    metrics.compute_due()
    reports.compose_due(NOW + timedelta(hours=1))
    Mail.objects.update(state="sending", tries=1)
    assert reports.mail_due(NOW + timedelta(days=2)) == 0 and mail.outbox == []


@pytest.mark.django_db
def test_dat_e19_a_strange_day_is_noted_once_with_who_makes_the_difference() -> None:
    people = [jotted.person() for _ in range(40)]
    rows = []
    for back in range(1, 58):
        many = 38 if back == 1 else 8 + back % 3
        for number in range(many):
            device = "phone" if number >= 8 else ("phone", "desk")[number % 2]
            at = NOW - timedelta(days=back, minutes=number)
            key = f"{back}-{number}"
            fact = {"key": key, "at": at, "person": people[number], "product_id": 7, "device": device}
            rows.append(fact)
    behavior.record_many(kind="product_viewed", rows=rows)
    behavior.compact()

    made = reports.look_due(at=NOW)
    again = reports.look_due(at=NOW + timedelta(minutes=1))

    assert again == 0
    found = {one.subject: one for one in queries.list_notes()}
    assert made == len(found) and "viewers" in found, found
    note = found["viewers"]
    assert (note.value, note.on.isoformat(), note.is_down) == (38, "2026-03-08", False)
    assert note.expected < 15 and note.score > 3.5
    assert (note.parts[0].dimension, note.parts[0].part) == ("device", "phone")
    assert note.parts[0].share_pct > 80
    one = note.behind[0]
    asked = metrics.check(metric=one.metric, params=one.params, section=one.section, cell=one.cell, at=NOW)
    listed, _ = metrics.compute(asked)
    assert len(listed.rows) == note.value
    with pytest.raises(ReportInvalid):
        reports.explain(code=note.code, state="explained", said=" ", by=None)
    reports.explain(code=note.code, state="explained", said="直播带来的", by=None)
    assert queries.get_note(note.code).said == "直播带来的"


@pytest.mark.django_db
def test_dat_e19_fewer_people_pass_a_step_and_the_note_leads_to_those_who_stopped() -> None:
    people, rows = [jotted.person() for _ in range(240)], {"product_viewed": [], "cart_added": []}
    for number, person in enumerate(people):
        is_new = number < 80
        at = NOW - timedelta(days=2 + number % 5 if is_new else 9 + number % 25, minutes=number)
        device = "phone" if number % 2 else "desk"
        goes_on = number % 10 == 0 if is_new else number % 2 == 0 or number % 3 == 0
        fact = {"key": str(number), "person": person, "product_id": 7, "device": device}
        rows["product_viewed"].append({**fact, "at": at})
        if goes_on:
            rows["cart_added"].append({**fact, "at": at + timedelta(minutes=5)})
    for kind, facts in rows.items():
        behavior.record_many(kind=kind, rows=facts)
    behavior.compact()

    reports.look_due(at=NOW)

    note = queries.list_notes(kind="bottleneck")[0]
    assert note.subject == "product_viewed>cart_added"
    assert note.value == 1000 and 6000 < note.expected < 7000 and note.is_down
    left, _ = metrics.compute(
        metrics.check(
            metric="funnel", params=note.behind[0].params, section="left", cell=note.behind[0].cell, at=NOW
        )
    )
    assert len(left.rows) == 72
    assert {one.dimension for one in note.parts} == {"device"}
    assert Note.objects.filter(kind="bottleneck").count() == 1


@pytest.mark.django_db
def test_ops_e19_reports_in_the_console() -> None:
    world = consoles.build()
    client = world.client("operator")
    client.post("/ops/reports/", {"do": "ready"})
    client.post("/ops/reports/", {"role": "growth"})
    first = consoles.body(client, "/ops/reports/")
    code = queries.boards_of("growth")[0].code
    form = {"name": "早报", "board": code, "period": "daily", "hour": "8", "weekday": "0", "language": "en"}
    assert client.post("/ops/reports/new/", {**form, "hour": "99"}).status_code == 422
    saved = client.post("/ops/reports/new/", form)
    report = queries.list_reports()[0]
    issued = client.post(f"/ops/reports/{report.code}/do/", {"do": "issue"})
    metrics.compute_due()
    reports.compose_due(datetime.now(UTC) + timedelta(days=1))
    note = Note.objects.create(
        kind="anomaly",
        subject="orders",
        unit="count",
        on=NOW.date(),
        value=2,
        expected=20,
        low=9,
        high=31,
        score_milli=-5200,
        parts=[{"dimension": "device", "part": "phone", "was": 0, "expected": 17, "share_pct": 94}],
        behind=[{"metric": "gmv", "section": "orders", "params": {}, "cell": {"bucket": 1, "part": ""}}],
        made_at=NOW,
    )

    assert saved.status_code == issued.status_code == 302
    assert code in first and len(watched.BOARDS) == 4
    for url in ("/ops/reports/", f"/ops/reports/{report.code}/", f"/ops/reports/{report.code}/edit/"):
        assert "早报" in consoles.body(client, url)
    issue = consoles.body(client, issued.headers["Location"])
    kept = queries.get_issue(issued.headers["Location"].rstrip("/").rpartition("/")[2])
    assert kept.state == "ready" and len(kept.tables) == 4
    assert all(one.name in issue and not one.trouble for one in kept.tables)
    assert "94%" in consoles.body(client, f"/ops/reports/notes/{note.code}/")
    assert "94%" in consoles.body(client, "/ops/reports/notes/")
    assert client.post(f"/ops/reports/notes/{note.code}/", {"state": "explained"}).status_code == 422
    done = client.post(f"/ops/reports/notes/{note.code}/", {"state": "explained", "said": "台风"})
    assert done.status_code == 302 and queries.get_note(note.code).state == "explained"

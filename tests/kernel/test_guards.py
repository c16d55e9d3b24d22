"""Idempotent answers, rate limits, the audit trail, seals, sweeps and rule packs."""

from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, connection, transaction

from jishi.kernel import audit, idempotency, limits, policy, seal, sweeps
from jishi.kernel.errors import Conflict, InvariantBroken
from jishi.kernel.models import AuditEntry, IdempotentAnswer


def answer_once(key="k", body=None, scope="1:POST /x", status=201):
    def effect():
        audit.record(actor_id=1, action="effect", subject=key)
        return status, {"n": AuditEntry.objects.count()}

    return idempotency.run(scope=scope, key=key, body=body or {"a": 1}, effect=effect)


def test_pay_020_a_repeated_request_gets_the_first_answer(transactional_db):
    first, again = answer_once(), answer_once()

    assert (first.status, first.body, first.replayed) == (201, {"n": 1}, False)
    assert (again.status, again.body, again.replayed) == (201, {"n": 1}, True)


@pytest.mark.parametrize("body", [{"a": 2}, {"a": None}, {"a": 1, "b": None}, {"a": [1]}])
def test_pay_021_the_same_key_with_another_body_is_refused(transactional_db, body):
    answer_once()

    with pytest.raises(idempotency.IdempotencyConflict):
        answer_once(body=body)

    assert AuditEntry.objects.count() == 1


def test_pay_022_the_same_key_fifty_times_at_once_has_one_effect(transactional_db, race):
    def call(_):
        try:
            return answer_once().status
        except idempotency.InFlight as error:
            return error.code

    outcomes = race(16, call) + race(16, call) + race(18, call)

    assert AuditEntry.objects.filter(action="effect").count() == 1
    assert set(outcomes) <= {201, "idempotency_in_flight"}
    assert 201 in outcomes


def test_mon_010_an_effect_that_fails_leaves_no_answer_behind(transactional_db):
    def effect():
        audit.record(actor_id=1, action="effect", subject="x")
        raise ValueError

    with pytest.raises(ValueError):
        idempotency.run(scope="s", key="k", body={}, effect=effect)

    assert (IdempotentAnswer.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert not answer_once(scope="s", body={}).replayed


def test_a_server_error_is_never_remembered(transactional_db):
    answer_once(status=503)

    assert not answer_once().replayed


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
def test_an_unusable_key_is_refused(transactional_db, key):
    with pytest.raises(idempotency.IdempotencyKeyRequired):
        answer_once(key=key)


def test_keys_of_different_actors_do_not_meet(transactional_db):
    answer_once(scope="1:POST /x")

    assert not answer_once(scope="2:POST /x").replayed


def test_a_limit_counts_all_callers_together(transactional_db, race):
    def call(_):
        try:
            return limits.hit(bucket="test", key="a", limit=5, window_s=3600)
        except limits.RateLimited as error:
            assert 0 < error.retry_after_s <= 3600
            return None

    outcomes = race(12, call)

    assert sorted(n for n in outcomes if n) == [1, 2, 3, 4, 5]
    assert limits.forget_old() == 0


@pytest.mark.parametrize(
    "verb", ["UPDATE kernel_auditentry SET action = 'x'", "DELETE FROM kernel_auditentry"]
)
def test_mon_012_the_audit_trail_refuses_change(transactional_db, verb):
    audit.record(actor_id=1, action="order.refund", subject="order:abc")

    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)

    assert audit.list_entries(subject="order:abc", actor_id=1)[0].action == "order.refund"


def test_mon_013_a_silent_edit_by_the_owner_breaks_the_seal(transactional_db, owner_connection):
    for n in range(10):
        audit.record(actor_id=n, action="act", subject=f"s{n}")
    assert seal.seal_new("audit", settle_s=0) == 10
    audit.record(actor_id=1, action="act", subject="later")
    assert seal.seal_new("audit", settle_s=0) == 1
    assert seal.verify("audit") == (11, [])

    victim = AuditEntry.objects.order_by("id")[3].pk
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditentry DISABLE TRIGGER append_only")
        cursor.execute("UPDATE kernel_auditentry SET subject = 'edited' WHERE id = %s", [victim])
        cursor.execute("ALTER TABLE kernel_auditentry ENABLE TRIGGER append_only")

    _, broken = seal.verify("audit")
    assert broken[0].first_id <= victim <= broken[0].last_id


def test_rule_packs_answer_and_unknown_ones_fail():
    assert policy.pack("none").get("no.such.rule", 7) == 7
    with pytest.raises(InvariantBroken):
        policy.pack("../settings")


def test_a_failing_sweep_does_not_stop_the_others(transactional_db):
    ran = []

    def fail(at):
        raise Conflict

    before = dict(sweeps._sweeps)
    sweeps._sweeps.clear()
    try:
        sweeps.register("bad", fail, every_s=60)
        sweeps.register("good", lambda at: ran.append(at) or 3, every_s=60)
        assert sweeps.run_due() == 3
        assert sweeps.run_due() == 0
        with pytest.raises(Conflict):
            sweeps.run_all(datetime(2026, 1, 1, tzinfo=UTC))
    finally:
        sweeps._sweeps.clear()
        sweeps._sweeps.update(before)
    assert len(ran) == 1

"""The verifier finds what it claims to find."""

import json

import pytest

import jishi.verification as verification


def test_an_empty_installation_is_sound(transactional_db, capsys):
    assert verification.main(as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["broken"] == 0
    wanted = {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I10", "I12"}
    assert {check["id"] for check in report["checks"]} >= wanted


@pytest.mark.parametrize("as_json", [True, False])
def test_every_statement_runs(transactional_db, capsys, as_json):
    verification.main(as_json=as_json)

    assert capsys.readouterr().out

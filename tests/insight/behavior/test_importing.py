"""Files from elsewhere: row by row, once, with the number of each row that cannot be taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from tests.insight.behavior import kit

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries
from jishi.insight.behavior.errors import FileUnreadable, MappingUnknown
from jishi.insight.behavior.models import DeadLetter, Inbox

pytestmark = pytest.mark.django_db
CSV = """time,what,client,words,colour
2024-05-01T08:00:00+08:00,searched,c-1,柿饼,red
2024-05-01 00:30:00,searched,c-2,茶,
yesterday,searched,c-3,x,
1714521600,danced,c-3,x,
1714521600000,searched,c-1,late,
"""
MAPPING = {"what": "kind", "client": "visitor", "words": "query"}


def test_a_csv_with_a_mapping_is_taken_once_and_bad_rows_have_numbers(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text(CSV)

    dry = behavior.import_file(path=path, mapping=MAPPING, dry_run=True)
    assert (dry.rows, dry.taken, dry.dead) == (5, 3, 2)
    assert queries.lake().rows == 0 and not DeadLetter.objects.exists() and not Inbox.objects.exists()
    done = behavior.import_file(path=path, mapping=MAPPING)
    again = behavior.import_file(path=path, mapping=MAPPING)

    assert (done.rows, done.taken, done.dead) == (5, 3, 2)
    assert [(one.row, one.reason) for one in done.issues] == [(3, "moment_missing"), (4, "kind_unknown")]
    assert again.taken == 0
    found = kit.rows()
    midnight = datetime(2024, 5, 1, tzinfo=UTC).replace(tzinfo=None)
    assert {(r["query"], r["ts"] - midnight, r["visitor"]) for r in found} == {
        ("柿饼", timedelta(0), "c-1"),
        ("late", timedelta(0), "c-1"),
        ("茶", timedelta(minutes=30), "c-2"),
    }
    assert json.loads(next(r for r in found if r["query"] == "柿饼")["props"]) == {"colour": "red"}
    assert {r["source"] for r in found} == {"file"}


def test_json_lines_and_parquet_say_the_same(tmp_path):
    at = datetime(2024, 6, 1, 12, tzinfo=UTC)
    rows = [{"id": kit.event()["id"], "at": at.isoformat(), "kind": "searched", "query": q} for q in "ab"]
    lines, table = tmp_path / "a.jsonl", tmp_path / "b.parquet"
    lines.write_text("\n".join(json.dumps(row) for row in rows) + "\n{broken\n")
    columns = {name: [row[name] for row in rows] for name in rows[0]} | {"at": [at, at]}
    parquet.write_table(pa.table(columns), table)

    first = behavior.import_file(path=lines)
    second = behavior.import_file(path=table)

    assert (first.taken, first.dead, second.taken) == (2, 1, 0)
    assert first.issues[0].row == 3
    assert [r["ts"] for r in kit.rows()] == [at.replace(tzinfo=None)] * 2


def test_what_is_no_such_file_is_refused(tmp_path):
    (tmp_path / "x.pdf").write_text("x")
    (tmp_path / "x.parquet").write_text("x")
    (tmp_path / "x.csv").write_text(CSV)

    for name in ("x.pdf", "x.parquet", "none.csv"):
        with pytest.raises(FileUnreadable):
            behavior.import_file(path=tmp_path / name)
    with pytest.raises(MappingUnknown):
        behavior.import_file(path=tmp_path / "x.csv", mapping={"what": "colour"})


def test_dead_letters_are_tried_again_once_their_cause_is_gone():
    from tests.factories import trade

    from jishi.goods.catalog.models import Product

    product = Product.objects.get(pk=trade.scene().product_id)
    code, other = product.code, "abcdefgh2345"
    Product.objects.filter(pk=product.pk).update(code=other)
    one = kit.event("product_viewed", product=code)
    kit.send(one)
    behavior.compact()
    assert queries.count_dead_letters() == {"column_missing": 1}

    Product.objects.filter(pk=product.pk).update(code=code)
    assert behavior.replay_all(reason="column_missing") == 1
    done = behavior.compact()

    assert done.events == 1 and not DeadLetter.objects.exists()
    assert kit.rows()[0]["event_id"] == one["id"] and kit.rows()[0]["product_id"] == product.pk

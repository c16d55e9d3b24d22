"""Put known bugs back, one at a time, and see the named test catch each: `make mutants`.

Every mutant removes one guard of a copy of the sources; the sources themselves are never touched. A mutant
that
survives, or whose text is not found any more, fails the run: a guard without a test that misses it is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOLDS = "src/jishi/goods/inventory/operations/holds.py"
PLAYS = "src/jishi/promotions/plays/operations"
STOCK = "tests/invariants/test_stock.py"
FLASH = "src/jishi/promotions/flash_sales/settle.py"
RUSH = "tests/promotions/flash_sales/test_settle.py"


@dataclass(frozen=True)
class Mutant:
    """A guard to remove: its text in a file, what stands there instead, and the test that must go red."""

    code: str
    guard: str
    file: str
    text: str
    instead: str
    test: str


MUTANTS = (
    Mutant(
        "M1",
        "the lock on the shelf",
        HOLDS,
        "ORDER BY s.id FOR UPDATE OF s",
        "ORDER BY s.id",
        f"{STOCK}::test_stk_058_fifty_buyers_of_the_last_unit",
    ),
    Mutant(
        "M2",
        "the check under the lock when a lapsed hold is sold",
        HOLDS,
        "WHERE reference = %s AND state = 'held' RETURNING 1",
        "WHERE reference = %s AND state IN ('held', 'released') RETURNING 1",
        ""
        "tests/goods/inventory/test_stock.py::test_stk_065_a_late_payment_is_refused_if_somebody_has_the_units",
    ),
    Mutant(
        "M3",
        "one order of locks",
        HOLDS,
        "ORDER BY s.id FOR UPDATE OF s",
        "ORDER BY md5(s.id || random()::text) FOR UPDATE OF s",
        f"{STOCK}::test_stk_063_baskets_in_opposite_order_never_deadlock",
    ),
    Mutant(
        "M4",
        "the sum over lines of one variant",
        "src/jishi/goods/inventory/rules.py",
        "demand[variant_id] = demand.get(variant_id, 0) + check_quantity(quantity, least=1)",
        "demand[variant_id] = check_quantity(quantity, least=1)",
        "tests/goods/inventory/test_stock.py::test_stk_060_lines_that_draw_on_one_variant_are_one_demand",
    ),
    Mutant(
        "F1",
        "the stock guard of a rush",
        FLASH,
        "ORDER BY j.no) <= j.available AS has_won",
        "ORDER BY j.no) <= j.available + 1 AS has_won",
        f"{RUSH}::test_stk_058_the_first_get_the_units_and_the_others_are_told",
    ),
    Mutant(
        "F2",
        "one claim per person and item",
        FLASH,
        "WHEN c.order_code IS NOT NULL THEN 'yours'",
        "WHEN false THEN 'yours'",
        f"{RUSH}::test_a_repeated_wish_gets_its_order_and_takes_nothing",
    ),
    Mutant(
        "F3",
        "the lock on the item before a batch",
        FLASH,
        "ORDER BY id FOR NO KEY UPDATE",
        "ORDER BY id",
        f"{RUSH}::test_stk_058_two_batches_at_once_wait_for_each_other_and_nobody_fails",
    ),
    Mutant(
        "F4",
        "the comparison of frozen terms with the price list",
        FLASH,
        "WHEN NOT i.is_priced THEN 'repriced'",
        "WHEN false THEN 'repriced'",
        f"{RUSH}::test_nobody_buys_at_terms_that_the_price_list_has_left",
    ),
    Mutant(
        "M25",
        "the refund of a team that did not fill",
        f"{PLAYS}/endings.py",
        "update(state=SeatState.REFUND_DUE)",
        "update(state=SeatState.RELEASED)",
        "tests/promotions/plays/test_deadlines.py"
        "::test_grp_088_m25_a_team_not_full_at_the_deadline_is_refunded_once_and_nothing_ships",
    ),
    Mutant(
        "T1",
        "what is left of a team, in the statement of the lane",
        "src/jishi/promotions/plays/settle.py",
        "<= j.free AS has_won",
        "<= j.free + 1 AS has_won",
        "tests/promotions/plays/test_reserving.py"
        "::test_grp_087_a_reserved_seat_becomes_the_order_s_and_forms_the_team",
    ),
    Mutant(
        "B1",
        "the lock on the rally that friends help",
        f"{PLAYS}/locked.py",
        "rally = Rally.objects.select_for_update(no_key=True).get(code=code)",
        "rally = Rally.objects.get(code=code)",
        "tests/promotions/plays/test_helper_races.py"
        "::test_a_thousand_friends_cut_one_price_and_exactly_enough_count",
    ),
    Mutant(
        "B2",
        "the limit in the statement that counts",
        f"{PLAYS}/tallies.py",
        "WHERE t.used + EXCLUDED.used <= EXCLUDED.most",
        "WHERE true",
        "tests/promotions/plays/test_groups.py::test_cpn_082_units_of_one_address_are_limited_whoever_orders",
    ),
    Mutant(
        "L1",
        "a draw is done once",
        "src/jishi/promotions/lotteries/operations/drawing.py",
        "if lottery.state in (LotteryState.DRAWN, LotteryState.CLOSED):\n            return",
        "if lottery.state == LotteryState.CLOSED:\n            return",
        "tests/promotions/lotteries/test_lotteries.py::test_drawing_again_and_again_changes_nothing",
    ),
)


def main(wanted: list[str]) -> int:
    """Run the wanted mutants, or all; 0 when every one was caught."""
    chosen = [one for one in MUTANTS if not wanted or one.code in wanted]
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="jishi-mutants-") as folder:
        copy = Path(folder)
        skip = shutil.ignore_patterns("__pycache__", "*.pyc")
        for name in ("src", "tests", "docs", "benchmarks"):
            shutil.copytree(ROOT / name, copy / name, ignore=skip)
        for name in ("pyproject.toml", ".importlinter"):
            shutil.copy(ROOT / name, copy / name)
        for mutant in chosen:
            verdict = _run(copy, mutant)
            survivors += verdict != "caught"
            print(f"{mutant.code:<4} {verdict:<9} without {mutant.guard}: {mutant.test.split('::')[1]}")
    return 1 if survivors else 0


def _run(copy: Path, mutant: Mutant) -> str:
    """Say whether the mutant's test passes with the guard and fails without it."""
    file = copy / mutant.file
    sound = file.read_text(encoding="utf-8")
    if mutant.text not in sound:
        return "NOT FOUND"
    if _test(copy, mutant.test) != 0:
        return "UNSOUND"
    file.write_text(sound.replace(mutant.text, mutant.instead), encoding="utf-8")
    try:
        # 1 is pytest's word for tests that failed; anything else means that they did not run.
        return {0: "SURVIVED", 1: "caught"}.get(_test(copy, mutant.test), "BROKEN")
    finally:
        file.write_text(sound, encoding="utf-8")


def _test(copy: Path, test: str) -> int:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        test,
    ]
    # The copy comes before the installed package.
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
